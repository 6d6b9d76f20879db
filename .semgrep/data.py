"""What the rules of data.yaml must find, and what they must leave alone."""

import os
import pickle
import ssl
import subprocess
import urllib.request

import pandas as pd
import requests
import yaml


def sheet(tab, requests_of_a_batch):
    # ruleid: cell-as-formula
    tab.update_cell(1, 1, "=1")
    # ruleid: cell-as-formula
    tab.update_acell("A1", "=1")
    # ruleid: cell-as-formula
    tab.append_rows([["=1"]])
    # ruleid: cell-as-formula
    tab.how("USER_ENTERED")
    # ok: cell-as-formula
    requests_of_a_batch.append({"appendCells": {}})
    # ok: cell-as-formula
    return "RAW"


def read(data, frame, at, text):
    # ruleid: data-run-as-code
    pickle.loads(data)
    # ruleid: data-run-as-code
    pd.read_pickle("x")
    # ruleid: data-run-as-code
    yaml.load(data)
    # ok: data-run-as-code
    yaml.safe_load(data)
    # ruleid: data-run-as-code
    eval(text)
    # ruleid: data-run-as-code
    frame.eval(text)
    # ruleid: data-run-as-code
    frame.query(f"name == '{text}'")
    # ok: data-run-as-code
    at.query(figure="answered")
    # ok: data-run-as-code
    return frame.loc[frame["name"] == text]


def wait(url, session):
    # ruleid: waits-for-ever
    requests.post(url, json={})
    # ruleid: waits-for-ever
    requests.get(url, timeout=None)
    # ok: waits-for-ever
    requests.post(url, json={}, timeout=10)
    # ruleid: waits-for-ever
    urllib.request.urlopen(url)
    # ok: waits-for-ever
    urllib.request.urlopen(url, timeout=2)
    # ok: waits-for-ever
    session.append(url)


def between(url):
    # ruleid: certificate-unchecked
    requests.get(url, timeout=10, verify=False)
    # ruleid: certificate-unchecked
    context = ssl._create_unverified_context()
    # ok: certificate-unchecked
    requests.get(url, timeout=10, verify="ca.pem")
    return context


def run(name):
    # ruleid: through-a-shell
    subprocess.run(f"ls {name}", shell=True)
    # ruleid: through-a-shell
    os.system("ls")
    # ok: through-a-shell
    subprocess.run(["ls", name], check=False)
