"""The picture in the README, taken of the page that `make demo` opens: `python -m scripts.picture`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.parts import part

PICTURE = Path("docs/pictures/demo.png")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


def main() -> None:
    """Run the demo, open its page in the system's Chromium and keep what a desktop shows of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(sys.executable).parent / "funnelpact"),
            "demo",
            "--no-open",
            "--out",
            folder,
            "--lang",
            "en",
        ]
        subprocess.run(command, check=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=part("Chromium").path(), args=list(QUIET))
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto((Path(folder) / "funnelpact.html").resolve().as_uri())
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(PICTURE))
            browser.close()


if __name__ == "__main__":
    main()
