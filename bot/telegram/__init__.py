"""Telegram, for residents and for workers.

process     run(settings, database, conversations, redis): everything below, until stopped
connection  one bot token: its Bot, and the connection that only waits for updates
polling     getUpdates → durable inbox → only then the next offset; what a 409 means
inbox       raw updates in the database until they are handled; ID numbers masked before they are stored
lines       one bot's updates: kept, put into lanes, routed, tried again
lanes       one update after the other in each chat, several chats at once
residents   what a resident may send, and what becomes of it (incoming: pure reading; files: fetched and sealed)
notes       short messages of Telegram's own side, as rows    words   their texts, and the commands
outgoing    message rows → Telegram, in order, at least once
workers     binding, queue, claim, reply, resolve from a worker's private chat (cards: how a ticket looks)
notices     outbox → the phones of a queue's workers, without personal data
groups      silence                                           courtesy   typing, answering a press
buttons     signed callback data    links   signed start parameters    handover   one-time links to the web chat
"""
