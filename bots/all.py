"""Every bot that Kairan hosts: the one list of them."""

from bots import digest_bot, form_bot, inquiry_bot, reminder_bot

BOTS = (form_bot.BOT, reminder_bot.BOT, digest_bot.BOT, inquiry_bot.BOT)
