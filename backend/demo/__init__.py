"""The demo town: invented land, people, households and a month of their work, the same every time."""
