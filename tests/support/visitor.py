"""A person at a browser without JavaScript, for tests against a running server: follows links, fills in forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


@dataclass(slots=True)
class Form:
    """A form as the page shows it: where it goes, and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects a page's forms with what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None or ("name" not in values and tag != "option"):
            return
        if tag == "input":
            self._input(self._form, values, dict(attrs))
        elif tag == "button":
            self._form.buttons.append((values["name"], values.get("value", "")))
        elif tag == "select":
            self._select = values["name"]
        elif tag == "option" and self._select:
            if "selected" in values or self._select not in self._form.fields:
                self._form.fields[self._select] = values.get("value", "")
        elif tag == "textarea":
            self._area = values["name"]
            self._form.fields[self._area] = ""

    @staticmethod
    def _input(form: Form, values: dict[str, str], given: dict[str, str | None]) -> None:
        kind = values.get("type", "text")
        if kind in ("radio", "checkbox") and "checked" not in given:
            return
        if kind not in ("submit", "button", "image", "file"):
            form.fields[values["name"]] = values.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._area and self._form:
            self._form.fields[self._area] += data


class Visitor:
    """One browser: keeps cookies, knows the page that it is on."""

    def __init__(self, url: str) -> None:
        self._base = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept-Language"] = "en"
        self.url = url
        self.status = 0
        self.text = ""
        self._forms: list[Form] = []

    def sign_in(self, email: str, password: str) -> None:
        """Sign in, and fail if that does not succeed."""
        self.open("/sign-in")
        self.submit("/sign-in", email=email, password=password)
        assert "/sign-in" not in self.url, self.text

    def open(self, path: str) -> None:
        """Go to a page of ours."""
        self._take(self._session.get(urljoin(self._base, path), timeout=30))

    def submit(self, action: str, **values: str) -> None:
        """Send the first form that goes to this path and has these fields, with these values in place of its own."""
        form = next((form for form in self._forms if self._leads_to(form, action)), None)
        assert form is not None, f"no form to {action} on {self.url}: {[form.action for form in self._forms]}"
        target = urljoin(self.url, form.action or self.url)
        if form.method == "get":
            self._take(self._session.get(target, params=form.fields | values, timeout=30))
        else:
            self._take(self._session.post(target, data=form.fields | values, timeout=30))

    def _leads_to(self, form: Form, action: str) -> bool:
        path = urlsplit(urljoin(self.url, form.action or self.url)).path
        return path == action or path.endswith(action)

    def _take(self, answer: requests.Response) -> None:
        self.url, self.status = answer.url, answer.status_code
        page = _Forms()
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            page.feed(answer.text)
        self._forms = page.forms
        self.text = " ".join(" ".join(page.text).split())
