#!/usr/bin/env python3
"""Walks through the Tripletex sandbox behind Prism, which checks each request and answer against the vendor's document.

    npm install @stoplight/prism-cli@5
    python3 prism_walk.py path/to/hrsync-sandbox path/to/prism path/to/openapi.json [command...]

Exits with 0 when Prism found nothing in the walk, and found everything in the controls: a request and an answer that are
wrong on purpose. Needs nothing but Python and Prism.

A command, when there is one, is run too, with the environment TRIPLETEX_BASE_URL, TRIPLETEX_CONSUMER_TOKEN,
TRIPLETEX_EMPLOYEE_TOKEN and TRIPLETEX_DEPARTMENT ({base_url} in its arguments is replaced), and Prism may find nothing in
what it does. It may end with 0 or 2.
"""

import base64
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from datetime import date, timedelta

# Prism reads the document before it listens.
PATIENCE = 120


class Proxy:
    """Prism between this program and a service."""

    def __init__(self, prism, document, upstream):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [prism, "proxy", document, upstream, "-h", "127.0.0.1", "-p", str(self.port), "--errors"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = []
        self.reader = threading.Thread(target=lambda: self.output.extend(self.process.stdout), daemon=True)
        self.reader.start()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.end()
                    sys.exit("Prism does not come up:\n" + "".join(self.output))
                time.sleep(0.2)

    def call(self, method, path, body=None, session=None):
        """Status and JSON of an answer."""
        headers = {"Accept": "application/json"}
        if session is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"0:{session}".encode()).decode()
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
            data = json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}" + path.replace(">", "%3E")
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read().decode()
        return answer.status, json.loads(text) if text else None

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.reader.join(timeout=30)

    def found(self):
        """The lines in which Prism told what is not as the document says; complete when it has ended."""
        return [line for line in self.output if "Request terminated with error" in line]


def with_bodies_checked(document, folder):
    """The document without `readOnly` on whole schemas, under which Prism lets every body pass unread."""
    with open(document, encoding="utf-8") as file:
        content = json.load(file)
    for schema in content["components"]["schemas"].values():
        schema.pop("readOnly", None)
    derived = os.path.join(folder, "openapi.json")
    with open(derived, "w", encoding="utf-8") as file:
        json.dump(content, file)
    return derived


def found_by_prism(answer):
    """What Prism itself says instead of the service."""
    kind = answer.get("type", "") if isinstance(answer, dict) else ""
    return str(kind).startswith("https://stoplight.io/prism/errors")


def run(prism, document, access, department, command):
    """Lets a program talk to the sandbox through Prism."""
    proxy = Proxy(prism, document, access["base_url"])
    base_url = f"http://127.0.0.1:{proxy.port}"
    environment = {
        **os.environ,
        "TRIPLETEX_BASE_URL": base_url,
        "TRIPLETEX_CONSUMER_TOKEN": access["consumer_token"],
        "TRIPLETEX_EMPLOYEE_TOKEN": access["employee_token"],
        "TRIPLETEX_DEPARTMENT": str(department),
    }
    command = [part.replace("{base_url}", base_url) for part in command]
    try:
        status = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode
    finally:
        proxy.end()
    if proxy.found():
        sys.exit(f"{command[0]}: not as the document says:\n" + "".join(proxy.found()))
    if status not in (0, 2):
        sys.exit(f"{command[0]} ended with {status}")
    calls = sum("Request received" in line for line in proxy.output)
    if calls == 0:
        sys.exit(f"{command[0]} sent nothing through Prism")
    print(f"{command[0]}: {calls} requests and their answers are as the document says")


class Walk:
    def __init__(self, proxy, access):
        self.proxy = proxy
        self.session = None
        self.steps = 0
        today = date.today()
        body = {
            "consumerToken": access["consumer_token"],
            "employeeToken": access["employee_token"],
            "expirationDate": str(today + timedelta(days=2)),
        }
        self.session = self.step(201, "POST", "/token/session/:create", body)["value"]["token"]
        query = "&".join(f"{name}={value}" for name, value in body.items())
        self.step(200, "PUT", f"/token/session/:create?{query}")

    def step(self, expected, method, path, body=None):
        status, answer = self.proxy.call(method, path, body, self.session)
        if found_by_prism(answer):
            sys.exit(f"{method} {path}: not as the document says: {json.dumps(answer, indent=1)}")
        if status != expected:
            sys.exit(f"{method} {path}: {status} instead of {expected}: {answer}")
        self.steps += 1
        return answer

    def go(self):
        step = self.step
        me = step(200, "GET", "/token/session/>whoAmI")["value"]
        step(200, "GET", f"/employee/entitlement?employeeId={me['actualEmployeeId']}&count=200")
        step(200, "GET", f"/company/{me['companyId']}")
        fields = "id,version,firstName,lastName,dateOfBirth,email,department(id,name),employments(id,startDate,employmentDetails(date,percentageOfFullTimeEquivalent))"
        people = step(200, "GET", f"/employee?fields={fields}&from=0&count=1000")["values"]
        step(200, "GET", "/employee?count=5")
        somebody = next(one for one in people if one["employments"] and one["dateOfBirth"])
        step(200, "GET", f"/employee/{somebody['id']}")
        department = self.department = step(200, "GET", "/department?count=1")["values"][0]["id"]
        division = step(200, "GET", "/division")["values"][0]["id"]
        for path in (
            "/country?code=NO",
            "/country/161",
            "/municipality",
            "/employee/employment",
            "/employee/employment/details",
            "/employee/employment/occupationCode?count=3",
            "/employee/category",
            f"/employee/standardTime?employeeId={somebody['id']}",
            f"/employee/standardTime/byDate?employeeId={somebody['id']}&date=2026-01-15",
            f"/employee/hourlyCostAndRate?employeeId={somebody['id']}",
            "/employee/searchForEmployeesAndContacts?count=3",
            "/salary/settings/standardTime",
            "/salary/settings/standardTime/byDate?date=2026-01-15",
            "/timesheet/settings",
            "/activity?isGeneral=true&isProjectActivity=false",
            f"/activity/>forTimeSheet?projectId=0&employeeId={somebody['id']}&date=2026-01-15",
        ):
            step(200, "GET", path)

        person = {
            "firstName": "Vår",
            "lastName": "Ødegård",
            "userType": "NO_ACCESS",
            "dateOfBirth": "1990-01-01",
            "department": {"id": department},
            "address": {"addressLine1": "Storgata 1", "postalCode": "0155", "city": "Oslo", "country": {"id": 161}},
        }
        new = step(201, "POST", "/employee", person)["value"]
        step(200, "PUT", f"/employee/{new['id']}", {"version": new["version"], "comments": "endret"})
        employment = {"employee": {"id": new["id"]}, "startDate": "2026-01-01", "division": {"id": division}}
        employment = step(201, "POST", "/employee/employment", employment)["value"]
        row = {"employment": {"id": employment["id"]}, "date": "2026-01-01", "percentageOfFullTimeEquivalent": 80}
        row = step(201, "POST", "/employee/employment/details", row)["value"]
        step(200, "PUT", f"/employee/employment/details/{row['id']}", {"percentageOfFullTimeEquivalent": 60})
        step(200, "PUT", f"/employee/employment/{employment['id']}", {"endDate": "2027-12-31"})
        standard = {"employee": {"id": new["id"]}, "fromDate": "2026-01-01", "hoursPerDay": 6.0}
        step(201, "POST", "/employee/standardTime", standard)

        vacation = step(200, "GET", "/activity?name=Ferie")["values"][0]["id"]
        entry = lambda day: {
            "employee": {"id": new["id"]},
            "activity": {"id": vacation},
            "date": f"2026-02-{day:02}",
            "hours": 7.5,
            "comment": "Ferie",
        }
        first = step(201, "POST", "/timesheet/entry", entry(2))["value"]
        many = step(201, "POST", "/timesheet/entry/list", [entry(day) for day in range(3, 7)])["values"]
        step(200, "PUT", f"/timesheet/entry/{first['id']}", {"version": 0, "hours": 3.75})
        step(200, "PUT", "/timesheet/entry/list", [{"id": one["id"], "hours": 3.75} for one in many])
        step(200, "GET", f"/timesheet/entry?employeeId={new['id']}&dateFrom=2026-02-01&dateTo=2026-03-01")
        step(200, "GET", f"/timesheet/entry/{first['id']}")
        step(200, "GET", f"/timesheet/entry/>totalHours?employeeId={new['id']}&startDate=2026-02-01&endDate=2026-03-01")
        month = f"employeeIds={new['id']}&monthYear=2026-02"
        step(200, "GET", f"/timesheet/month/byMonthNumberList?employeeIds={new['id']}&monthYearList=2026-02,2026-03")
        step(200, "PUT", f"/timesheet/month/:approve?{month}")
        # Refusals are of the document too.
        step(409, "DELETE", f"/timesheet/entry/{first['id']}")
        step(200, "PUT", f"/timesheet/month/:unapprove?{month}")
        week = f"employeeId={new['id']}&weekYear=2026-06"
        step(200, "PUT", f"/timesheet/week/:approve?{week}")
        step(200, "GET", f"/timesheet/week?employeeIds={new['id']}&weekYear=2026-06")
        step(409, "POST", "/timesheet/entry", entry(2))
        step(200, "PUT", f"/timesheet/week/:unapprove?{week}")
        step(409, "POST", "/timesheet/entry", entry(2))
        step(409, "PUT", f"/timesheet/entry/{first['id']}", {"version": 0, "hours": 1})
        step(422, "POST", "/timesheet/entry", {"hours": 1})
        step(422, "POST", "/employee", {"firstName": "A", "lastName": "B"})
        step(404, "GET", "/employee/1")
        step(403, "PUT", "/token/employee/:create?tokenName=a&consumerName=b&employeeId=1&companyOwned=false&expirationDate=2030-01-01")
        step(400, "GET", "/employee?fields=nope")
        step(204, "DELETE", f"/timesheet/entry/{first['id']}")
        step(204, "DELETE", f"/token/session/{self.session}")
        step(401, "GET", "/employee")


def wrong_request(walk):
    """Prism turns a request away that is not of the document."""
    body = {"employee": {"id": 1}, "activity": {"id": 1}, "date": 20260101, "hours": "7,5"}
    status, answer = walk.proxy.call("POST", "/timesheet/entry", body, walk.session)
    if status != 422 or not found_by_prism(answer):
        sys.exit(f"control: a wrong request passed: {status} {answer}")


def wrong_answer(prism, document):
    """Prism notices an answer that is not of the document."""

    class Liar(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"fullResultSize": "one", "values": [{"id": "x", "hours": "7,5", "date": 1}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    liar = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=liar.serve_forever, daemon=True).start()
    proxy = Proxy(prism, document, f"http://127.0.0.1:{liar.server_address[1]}")
    try:
        status, answer = proxy.call("GET", "/timesheet/entry?dateFrom=2026-01-01&dateTo=2026-02-01", session="x")
        if status != 500 or not found_by_prism(answer):
            sys.exit(f"control: a wrong answer passed: {status} {answer}")
        # Prism tells of it once it has answered.
        deadline = time.monotonic() + PATIENCE
        while not proxy.found():
            if time.monotonic() > deadline:
                sys.exit("control: Prism told nothing of a wrong answer")
            time.sleep(0.1)
    finally:
        proxy.end()
        liar.shutdown()


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        check(sys.argv[1], sys.argv[2], with_bodies_checked(sys.argv[3], folder), sys.argv[4:])


def check(sandbox, prism, document, command):
    arguments = [sandbox, "--vendors", "tripletex", "--employees", "25"]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        access = json.loads(process.stdout.readline())["tripletex"]
        proxy = Proxy(prism, document, access["base_url"])
        try:
            walk = Walk(proxy, access)
            wrong_request(walk)
            walk.go()
        finally:
            proxy.end()
        if len(proxy.found()) != 1:
            sys.exit(f"control: Prism told of {len(proxy.found())} wrong requests instead of one")
        wrong_answer(prism, document)
        if command:
            run(prism, document, access, walk.department, command)
    finally:
        process.stdin.close()
        code = process.wait(timeout=30)
    if code != 0:
        sys.exit(f"the sandbox ended with {code}")
    print(f"{walk.steps} requests and answers are as the document says; a wrong request and a wrong answer were found")


if __name__ == "__main__":
    main()
