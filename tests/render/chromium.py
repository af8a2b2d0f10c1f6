"""A headless Chromium to open pages in, with its console and its network in sight."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1200,900",
)  # fmt: skip
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no Chromium here: apt-get install chromium chromium-driver"
)


class Browser:
    """One Chromium; each page is opened in it from a file."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, path: Path) -> None:
        """Open a file; what earlier pages said and asked for is forgotten."""
        from selenium.webdriver.support.ui import WebDriverWait

        self.driver.get("about:blank")
        self.console()
        self.requests()
        self.driver.get(path.as_uri())
        WebDriverWait(self.driver, 60).until(
            lambda d: (
                d.execute_script("return [document.readyState, location.href]") == ["complete", path.as_uri()]
            )
        )

    def run(self, script: str, *args: Any) -> Any:
        """What a function's body returns, run beside the page (its policy is for its own scripts)."""
        return self.driver.execute_script(script, *args)

    def console(self) -> list[str]:
        """What was written to the console since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for since, but the opened file's own."""
        messages = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [p["request"]["url"] for p in sent if p["type"] != "Document"]

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Show the page as on a screen or as printed, light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": kind, "features": features})

    def press(self, *keys: str) -> None:
        """Keys, one after the other, to whatever has the focus."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def sees(self, css: str) -> bool:
        """Whether the first such element is shown and within the window."""
        return bool(self.run(
            "const e = document.querySelector(arguments[0]);"
            "const r = e.getBoundingClientRect();"
            "return e.checkVisibility({contentVisibilityAuto: true}) && r.height > 0"
            " && r.top < innerHeight && r.bottom > 0;",
            css,
        ))  # fmt: skip


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """A Chromium of its own, with an empty profile."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(DRIVER)))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
