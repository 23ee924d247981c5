"""ZVT, the till protocol of German, Austrian and Swiss terminals, over TCP and serial lines."""
