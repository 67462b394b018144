"""What each answer tells the browser to allow: nothing but our own files, and nobody framing us."""

from flask import Flask, Response, current_app, request

from fablab.web.ground.settings import settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Put the headers on every answer."""

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        if settings().secure_cookies:
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
        if request.endpoint != "static":
            # Pages hold what one person may see; a shared computer's Back button must not show them to the next.
            headers.setdefault("Cache-Control", "no-store")
        return response


def answer_if_changed(html: str) -> Response:
    """A part of a page that is polled: 304 without a body while it stays the same."""
    response = current_app.make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
