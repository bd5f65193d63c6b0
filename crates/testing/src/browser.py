"""A page in Chromium, driven by Playwright: a line of JSON in for each command, a line of JSON out for each result."""

import base64
import json
import sys

from playwright.sync_api import Error, sync_playwright


def screenshot(page, full):
    return base64.b64encode(page.screenshot(full_page=full)).decode()


def main():
    with sync_playwright() as playwright:
        # The browser runs as root in containers, and loads only our page.
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
        page = browser.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        commands = {
            "start": lambda _: None,
            "open": lambda url: page.goto(url) and None,
            "size": page.set_viewport_size,
            "scheme": lambda scheme: page.emulate_media(color_scheme=scheme),
            "eval": page.evaluate,
            "screenshot": lambda full: screenshot(page, full),
            "problems": lambda _: problems,
        }
        for line in sys.stdin:
            command, argument = json.loads(line)
            try:
                result = {"Ok": commands[command](argument)}
            except Error as error:
                result = {"Err": str(error)}
            print(json.dumps(result), flush=True)
        browser.close()


main()
