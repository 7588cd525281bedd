"""Runs a Python handler for the server: takes invocations from the Lambda Runtime API, posts what comes of them.

Called as: python3 bootstrap.py HANDLER_FILE SYMBOL
"""

import decimal
import http.client
import importlib.machinery
import importlib.util
import json
import logging
import os
import sys
import time
import traceback

API = "/2018-06-01/runtime/"
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL")


class RuntimeClient:
    """The Runtime API over one connection that is kept."""

    def __init__(self, address):
        self._address = address
        self._connection = None

    def _request(self, method, path, body=None, headers=None):
        kept = self._connection is not None
        try:
            return self._try_request(method, path, body, headers)
        except ConnectionError:
            # The server ends connections that stood idle while the handler ran for long.
            if not kept:
                raise
            return self._try_request(method, path, body, headers)

    def _try_request(self, method, path, body, headers):
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address)
        try:
            self._connection.request(method, API + path, body, headers or {})
            response = self._connection.getresponse()
            return response, response.read()
        except BaseException:
            self._connection.close()
            self._connection = None
            raise

    def next(self):
        response, body = self._request("GET", "invocation/next")
        if response.status != 200:
            # The server has given this process up.
            sys.exit(0)
        return response.headers, body

    def respond(self, request_id, body):
        self._request("POST", f"invocation/{request_id}/response", body, {"Content-Type": "application/json"})

    def fail(self, path, error):
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": error["errorType"]}
        self._request("POST", path, json.dumps(error).encode(), headers)


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """What a handler learns of its invocation: the attributes of Lambda's context object."""

    def __init__(self, headers):
        environment = os.environ
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.tenant_id = None
        self.client_context = None
        self.identity = CognitoIdentity()
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)


class LogHandler(logging.Handler):
    """Lines as Lambda's root logger writes them, with the request they belong to."""

    request_id = ""

    def emit(self, record):
        try:
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            text = self.format(record)
            print(f"[{record.levelname}]\t{moment}.{int(record.msecs):03d}Z\t{LogHandler.request_id}\t{text}")
        except Exception:
            self.handleError(record)


class EndpointFinder:
    """Leads AWS SDK calls to the server, for versions of botocore that do not read AWS_ENDPOINT_URL.

    It waits for botocore to be imported, so that a handler that does not use it does not pay for it.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "botocore.session":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name) if path is None else importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return spec
        run_module = spec.loader.exec_module

        def exec_module(module):
            run_module(module)
            default_endpoint(module.Session)

        spec.loader.exec_module = exec_module
        return spec


def default_endpoint(session_class):
    import botocore

    if reads_endpoint_variable(botocore.__version__):
        return
    create_client = session_class.create_client
    # create_client(service_name, region_name, api_version, use_ssl, verify, endpoint_url, ...)
    endpoint_argument = 5

    def create_client_here(self, *arguments, **named):
        if len(arguments) <= endpoint_argument and named.get("endpoint_url") is None:
            named["endpoint_url"] = os.environ.get("AWS_ENDPOINT_URL")
        return create_client(self, *arguments, **named)

    session_class.create_client = create_client_here


def reads_endpoint_variable(version):
    """Since 1.31: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"""
    try:
        major, minor = (int(part) for part in version.split(".")[:2])
    except ValueError:
        return False
    return (major, minor) >= (1, 31)


def error_object(kind, message, stack=(), request_id=""):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": list(stack)}


def exception_object(exception, request_id):
    """The error object of what a handler raised, with the handler's own frames."""
    frames = traceback.extract_tb(exception.__traceback__)
    stack = traceback.format_list([frame for frame in frames if frame.filename != __file__])
    return error_object(type(exception).__name__, str(exception), stack, request_id)


def log_error(error):
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}")
    if error["stackTrace"]:
        print("Traceback (most recent call last):")
        print("".join(error["stackTrace"]).rstrip("\n"))


def to_json(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


class HandlerLoader(importlib.machinery.SourceFileLoader):
    """Reads the source each time: cached bytecode cannot tell two edits within one second apart."""

    def path_stats(self, path):
        raise OSError("no cache is wanted")


def load_handler(path, symbol):
    """The handler, or an error object."""
    name = os.path.splitext(os.path.basename(path))[0]
    loader = HandlerLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, path, loader=loader))
    # Found there by what imports it again, such as pickle; a module of the standard library keeps its name.
    sys.modules.setdefault(name, module)
    try:
        loader.exec_module(module)
    except ImportError as fault:
        message = f"Unable to import module '{name}': {fault}"
        return None, initialisation_error("Runtime.ImportModuleError", message, fault)
    except SyntaxError as fault:
        message = f"Syntax error in module '{name}': {fault}"
        return None, initialisation_error("Runtime.UserCodeSyntaxError", message, fault)
    except Exception as fault:
        return None, exception_object(fault, "")
    handler = getattr(module, symbol, None)
    if handler is None:
        return None, error_object("Runtime.HandlerNotFound", f"Handler '{symbol}' missing on module '{name}'")
    return handler, None


def initialisation_error(kind, message, fault):
    return error_object(kind, message, exception_object(fault, "")["stackTrace"])


def run_handler(client, handler, headers, body):
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    failure_path = f"invocation/{request_id}/error"
    LogHandler.request_id = request_id
    if "Lambda-Runtime-Trace-Id" in headers:
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
    error = None
    try:
        result = handler(json.loads(body), Context(headers))
    except Exception as exception:
        error = exception_object(exception, request_id)
    else:
        try:
            answer = json.dumps(result, default=to_json).encode()
        except Exception as exception:
            error = error_object(
                "Runtime.MarshalError", f"Unable to marshal response: {exception}", request_id=request_id
            )
    if error is not None:
        log_error(error)
    # What the handler has printed is there before its answer.
    sys.stdout.flush()
    sys.stderr.flush()
    if error is not None:
        client.fail(failure_path, error)
    else:
        client.respond(request_id, answer)


def prepare_output():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    logging.getLogger().addHandler(LogHandler())


def main():
    path, symbol = sys.argv[1:3]
    prepare_output()
    if ENDPOINT:
        sys.meta_path.insert(0, EndpointFinder())
    # As in Lambda, the handler's folder is searched first, and the bootstrap's not at all.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.argv = [path]
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    handler, error = load_handler(path, symbol)
    if error is not None:
        log_error(error)
        sys.stdout.flush()
        client.fail("init/error", error)
        sys.exit(1)
    while True:
        headers, body = client.next()
        run_handler(client, handler, headers, body)


if __name__ == "__main__":
    main()
