"""Every bot that Kairan hosts: the one list of them."""

from bots import digest_bot, federation_bot, form_bot, reminder_bot

BOTS = (form_bot.BOT, reminder_bot.BOT, digest_bot.BOT, federation_bot.BOT)
