"""The domain: stations, workers, residents, tickets, routing, queues, deadlines, privacy.

Imports no web, chat or Rasa code. Plain functions take a SQLAlchemy Session; the caller commits.

    database    opening SQLite or PostgreSQL: Database(url, keyring), migrate(url)
    models      the tables
    sealing     encryption of personal fields, master keys
    catalogue   services, domains, risks by code
    routing     which desk a place belongs to
    numbering   public ticket numbers
    deadlines   due times by urgency and service
    filing      an intake becomes a ticket, once
    rules       the state machine as one table
    lifecycle   applying one action of the table
    access      who sees which tickets: the one door for reads
    view        a ticket as JSON, a masked row of a list
    people      workers: login, sessions, tokens, Telegram binding
    passwords   argon2id
    imports     stations and workers from CSV
    notices     outbox, Redis stream, each consumer once
    erasure     forgetting a person
    demo        a demonstration county, marked as such (its tickets: demo_tickets)
"""
