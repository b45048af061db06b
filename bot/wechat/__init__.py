"""A WeChat Official Account (公众号) for residents.

channel     WeChat: everything below as one object in the web process; its `receive` is behind GET and POST /wechat
door        is it WeChat? signature, freshness, AES; the passive reply sealed the same way
incoming    what a message or an event is, in the conversation's terms (pure)
residents   one message: stored, answered within four seconds, or afterwards by a customer-service message
outgoing    message rows → one text: handed over with the answer, or sent; at least once
compose     rows → texts of at most 2,048 bytes, choices numbered (pure)
window      how often and until when WeChat lets us speak first
api         the API: access token, customer-service messages, media, codes for posters
notices     outbox → the resident; what cannot go out is held, and the worker is told
files       voice, photos, video: fetched and sealed
notes       our own short messages, as rows    rows   the rows of these conversations    words   our texts
"""
