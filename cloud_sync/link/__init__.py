"""The store's end of the line to head office.

`shell.Link` works the line; `machine` decides what it does, `phase` says where it stands, `facts` holds the words
they share; `side.StoreSide` is what the store has to offer; `calls` and `wake` speak to head office.
"""
