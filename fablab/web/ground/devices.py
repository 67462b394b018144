"""What people recognise their own browser by: its name and the system it runs on, and nothing else of what it says."""

# The first that a browser says counts: nearly all of them also say that they are others.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Words such as `Firefox · Linux`; empty where a browser says nothing that people would know."""
    return " · ".join(
        word
        for word in (next((name for sign, name in known if sign in user_agent), "") for known in (_BROWSERS, _SYSTEMS))
        if word
    )
