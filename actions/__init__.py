"""The action server: forms and effects. It only converses: no database, no HTTP, no business rule."""
