// Runs a Node.js handler for the server: takes invocations from the Lambda Runtime API, posts what comes of them.
// Called as: node bootstrap.mjs HANDLER_FILE SYMBOL

import { createRequire, syncBuiltinESMExports } from 'node:module';
import { format } from 'node:util';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const http = require('node:http');
const https = require('node:https');
const http2 = require('node:http2');

const api = '/2018-06-01/runtime/';
const [handlerFile, handlerSymbol] = process.argv.slice(2);
const plainRequest = http.request;

// --- The Runtime API ---------------------------------------------------------------------------------------------

const [apiHost, apiPort] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const apiAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
        if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
        const request = plainRequest(
            { host: apiHost, port: apiPort, method, path: api + path, headers, agent: apiAgent },
            (response) => {
                const parts = [];
                response.on('data', (part) => parts.push(part));
                response.on('end', () =>
                    resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
                response.on('error', reject);
            },
        );
        request.on('error', (fault) => {
            // The server ends connections that stood idle while the handler ran for long.
            if (request.reusedSocket) resolve(call(method, path, body, headers));
            else reject(fault);
        });
        request.end(body);
    });
}

function postError(path, error) {
    return call('POST', path, JSON.stringify(error), {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Function-Error-Type': error.errorType,
    });
}

function errorObject(thrown, type) {
    if (thrown instanceof Error || (thrown && thrown.stack && thrown.message !== undefined)) {
        return {
            errorType: type ?? thrown.name ?? 'Error',
            errorMessage: thrown.message,
            trace: String(thrown.stack).split('\n'),
        };
    }
    return { errorType: type ?? typeof thrown, errorMessage: format(thrown), trace: [] };
}

// --- The console, in Lambda's format --------------------------------------------------------------------------------

let requestId;

function writeLine(level, text) {
    process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
}

function prepareConsole() {
    const levels = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };
    for (const [method, level] of Object.entries(levels)) {
        console[method] = (...values) => writeLine(level, format(...values));
    }
    console.fatal = (...values) => writeLine('FATAL', format(...values));
}

function logError(error, title) {
    writeLine('ERROR', `${title}\t${JSON.stringify(error)}`);
}

// --- AWS SDK calls reach the server, whichever version makes them ------------------------------------------------

function redirectSdk(endpoint) {
    const { hostname, port } = new URL(endpoint);
    const agent = new http.Agent({ keepAlive: true });
    const isAws = (host) => /(^|\.)amazonaws\.com(\.cn)?\.?$/i.test(String(host ?? '').replace(/:\d+$/, ''));

    // request(url[, options][, callback]) and request(options[, callback]) as one.
    const parse = (first, second, third) => {
        const byUrl = typeof first === 'string' || first instanceof URL;
        if (!byUrl) return [first, second];
        const url = new URL(first);
        const [options, callback] = typeof second === 'function' ? [{}, second] : [second ?? {}, third];
        const fromUrl = { protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search };
        return [{ ...fromUrl, ...options }, callback];
    };

    const redirected = (options) => {
        const host = String(options.hostname ?? options.host).replace(/:\d+$/, '');
        const headers = { ...options.headers };
        // The server tells a bucket by the name that was asked for.
        if (!Object.keys(headers).some((name) => name.toLowerCase() === 'host')) headers.Host = host;
        return {
            method: options.method, path: options.path, auth: options.auth, timeout: options.timeout,
            signal: options.signal, headers, protocol: 'http:', hostname, port, agent,
        };
    };

    for (const module of [http, https]) {
        const request = module.request;
        module.request = (...given) => {
            const [options, callback] = parse(...given);
            if (!isAws(options?.hostname ?? options?.host)) return request.apply(module, given);
            return plainRequest(redirected(options), callback);
        };
        module.get = (...given) => {
            const sent = module.request(...given);
            sent.end();
            return sent;
        };
    }

    const connect = http2.connect;
    http2.connect = (authority, ...others) => {
        const url = new URL(authority);
        if (!isAws(url.hostname)) return connect(authority, ...others);
        const session = connect(`http://${hostname}:${port}`, ...others.filter((other) => typeof other === 'function'));
        const request = session.request;
        session.request = (headers, options) => request.call(session, { ':authority': url.host, ...headers }, options);
        return session;
    };
    syncBuiltinESMExports();
}

// --- The handler ---------------------------------------------------------------------------------------------------

async function loadHandler() {
    const name = basename(handlerFile, extname(handlerFile));
    let loaded;
    try {
        loaded = extname(handlerFile) === '.cjs' ? require(handlerFile) : await import(pathToFileURL(handlerFile).href);
    } catch (thrown) {
        if (thrown instanceof SyntaxError) throw errorObject(thrown, 'Runtime.UserCodeSyntaxError');
        const missing = thrown?.code === 'ERR_MODULE_NOT_FOUND' || thrown?.code === 'MODULE_NOT_FOUND';
        throw errorObject(thrown, missing ? 'Runtime.ImportModuleError' : undefined);
    }
    const find = (object) => handlerSymbol.split('.').reduce((part, key) => part?.[key], object);
    const handler = find(loaded) ?? find(loaded.default);
    if (handler === undefined) {
        throw { errorType: 'Runtime.HandlerNotFound', errorMessage: `${name}.${handlerSymbol} is undefined or not exported`, trace: [] };
    }
    if (typeof handler !== 'function') {
        throw { errorType: 'Runtime.HandlerNotFound', errorMessage: `${name}.${handlerSymbol} is not a function`, trace: [] };
    }
    return handler;
}

function makeContext(headers, settle) {
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    return {
        callbackWaitsForEmptyEventLoop: true,
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
        memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
        invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
        awsRequestId: headers['lambda-runtime-aws-request-id'],
        getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
        done: (error, result) => settle(error, result),
        succeed: (result) => settle(null, result),
        fail: (error) => settle(error ?? new Error('handled')),
    };
}

// Runs the handler, and returns what it returned or called back with; throws what it threw.
function run(handler, event, headers) {
    return new Promise((resolve, reject) => {
        const finish = (error, result) => {
            process.off('beforeExit', finishEmpty);
            if (error !== null && error !== undefined) reject(error);
            else resolve(result);
        };
        // With nothing left to do and no answer, Lambda answers null.
        const finishEmpty = () => finish(null, null);
        process.on('beforeExit', finishEmpty);

        const callback = (error, result) => {
            if (error || !context.callbackWaitsForEmptyEventLoop) return finish(error, result);
            process.off('beforeExit', finishEmpty);
            process.once('beforeExit', () => finish(null, result));
        };
        const context = makeContext(headers, finish);
        try {
            const returned = handler(event, context, callback);
            if (typeof returned?.then === 'function') returned.then((result) => finish(null, result), (thrown) => reject(thrown ?? new Error(String(thrown))));
        } catch (thrown) {
            reject(thrown ?? new Error(String(thrown)));
        }
    });
}

async function answer(handler, invocation) {
    requestId = invocation.headers['lambda-runtime-aws-request-id'];
    const traceId = invocation.headers['lambda-runtime-trace-id'];
    if (traceId) process.env._X_AMZN_TRACE_ID = traceId;
    let body;
    try {
        const result = await run(handler, JSON.parse(invocation.body), invocation.headers);
        try {
            body = JSON.stringify(result === undefined ? null : result) ?? 'null';
        } catch (thrown) {
            throw Object.assign(new Error(`Unable to stringify response body: ${thrown.message}`), { name: 'Runtime.MarshalError' });
        }
    } catch (thrown) {
        const error = errorObject(thrown);
        logError(error, 'Invoke Error');
        return postError(`invocation/${requestId}/error`, error);
    }
    return call('POST', `invocation/${requestId}/response`, body, { 'Content-Type': 'application/json' });
}

// What nobody caught ends the process, as in Lambda, after it has been told.
function endOnStrayErrors() {
    const end = async (error, title, status) => {
        logError(error, title);
        await postError(requestId ? `invocation/${requestId}/error` : 'init/error', error).catch(() => {});
        process.exit(status);
    };
    process.on('uncaughtException', (thrown) => end(errorObject(thrown), 'Uncaught Exception', 129));
    process.on('unhandledRejection', (reason) =>
        end({ ...errorObject(reason), errorType: 'Runtime.UnhandledPromiseRejection' }, 'Unhandled Promise Rejection', 128));
}

async function main() {
    prepareConsole();
    endOnStrayErrors();
    if (process.env.AWS_ENDPOINT_URL) redirectSdk(process.env.AWS_ENDPOINT_URL);
    process.argv.splice(1, 3, handlerFile);
    let handler;
    try {
        handler = await loadHandler();
    } catch (error) {
        logError(error, 'Init Error');
        await postError('init/error', error);
        process.exit(1);
    }
    for (;;) {
        const invocation = await call('GET', 'invocation/next');
        // The server has given this process up.
        if (invocation.status !== 200) process.exit(0);
        await answer(handler, invocation);
        requestId = undefined;
    }
}

main();
