"""What the municipalities have agreed on with one another: signed documents and the rules for them. Pure.

It knows no disk, database or network: `bridge/store` keeps what is decided here, `bridge/federation` carries it out.
"""
