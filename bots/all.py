"""Every bot that Kairan hosts: the one list of them."""

from bots import digest_bot, form_bot, reminder_bot, template_bot

BOTS = (form_bot.BOT, reminder_bot.BOT, digest_bot.BOT, template_bot.BOT)
