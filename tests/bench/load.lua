-- The requests that load.py asks wrk for, by LOAD_... variables:
--   OPERATION  PutRecord, PutRecords or GetRecords
--   FORMAT     json or cbor (PutRecords alone)
--   STREAM     the stream's name; with STREAMS, the names are STREAM-00000 and so on, that many
--   BYTES      of data in a record
--   RECORDS    in a request
--   BODIES     how many PutRecord requests are made beforehand, to be sent in turn
--   ITERATOR   what GetRecords reads from
-- All are made before the first is sent, so that the client does the same little work whatever it asks for.

local operation = os.getenv("LOAD_OPERATION")
local cbor = os.getenv("LOAD_FORMAT") == "cbor"
local stream = os.getenv("LOAD_STREAM") or "bench"
local streams = tonumber(os.getenv("LOAD_STREAMS") or "0")
local bytes = tonumber(os.getenv("LOAD_BYTES") or "1024")
local records = tonumber(os.getenv("LOAD_RECORDS") or "0")
local bodies = tonumber(os.getenv("LOAD_BODIES") or "1000")
local iterator = os.getenv("LOAD_ITERATOR")

wrk.method = "POST"
wrk.headers["Content-Type"] = cbor and "application/x-amz-cbor-1.1" or "application/x-amz-json-1.1"
wrk.headers["X-Amz-Target"] = "Kinesis_20131202." .. operation
wrk.headers["X-Amz-Date"] = "20260101T000000Z"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, " ..
    "SignedHeaders=host;x-amz-date, Signature=" .. string.rep("0", 64)

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(data)
    local text = {}
    for i = 1, #data, 3 do
        local a, b, c = data:byte(i, i + 2)
        local value = a * 65536 + (b or 0) * 256 + (c or 0)
        for shift = 18, 0, -6 do
            local at = math.floor(value / 2 ^ shift) % 64 + 1
            text[#text + 1] = digits:sub(at, at)
        end
    end
    local padding = (3 - #data % 3) % 3
    return table.concat(text):sub(1, -1 - padding) .. string.rep("=", padding)
end

-- Data that compresses to about half, as db_bench's does.
local function make_data()
    local pieces = {}
    for i = 1, math.ceil(bytes / 6) do
        pieces[i] = string.char(math.random(0, 255), math.random(0, 255), math.random(0, 255), 0, 0, 0)
    end
    return table.concat(pieces):sub(1, bytes)
end

local pieces = {}
for i = 1, 64 do
    local data = make_data()
    pieces[i] = cbor and data or base64(data)
end

-- RFC 8949: the first byte has the kind in three bits and the length, or how many bytes the length has.
local function cbor_head(kind, length)
    if length < 24 then return string.char(kind * 32 + length) end
    if length < 256 then return string.char(kind * 32 + 24, length) end
    if length < 65536 then return string.char(kind * 32 + 25, math.floor(length / 256), length % 256) end
    error("longer than a benchmark needs")
end
local function cbor_bytes(data) return cbor_head(2, #data) .. data end
local function cbor_text(text) return cbor_head(3, #text) .. text end

local function put_records_json()
    local entries = {}
    for i = 1, records do
        entries[i] = '{"Data":"' .. pieces[i % 64 + 1] .. '","PartitionKey":"key-' .. i .. '"}'
    end
    return '{"StreamName":"' .. stream .. '","Records":[' .. table.concat(entries, ",") .. ']}'
end

local function put_records_cbor()
    local entries = {}
    for i = 1, records do
        entries[i] = cbor_head(5, 2) .. cbor_text("Data") .. cbor_bytes(pieces[i % 64 + 1]) ..
            cbor_text("PartitionKey") .. cbor_text("key-" .. i)
    end
    return cbor_head(5, 2) .. cbor_text("StreamName") .. cbor_text(stream) ..
        cbor_text("Records") .. cbor_head(4, records) .. table.concat(entries)
end

local function put_record_body(number)
    local name = streams > 0 and ("%s-%05d"):format(stream, number * 7919 % streams) or stream
    return '{"StreamName":"' .. name .. '","Data":"' .. pieces[number % 64 + 1] ..
        '","PartitionKey":"key-' .. number .. '"}'
end

if operation == "PutRecord" then
    local requests, turn = {}, 0
    function init()
        for i = 1, bodies do requests[i] = wrk.format(nil, "/", nil, put_record_body(i)) end
    end
    function request()
        turn = turn % bodies + 1
        return requests[turn]
    end
elseif operation == "PutRecords" then
    wrk.body = cbor and put_records_cbor() or put_records_json()
elseif operation == "GetRecords" then
    wrk.body = '{"ShardIterator":"' .. iterator .. '","Limit":10000}'
end

-- What was refused in answers that are a success as a whole. Refused requests wrk counts itself.
failed_records = 0

local function failed_by_json(body)
    return tonumber(body:match('"FailedRecordCount"%s*:%s*(%d+)')) or 0
end

local function failed_by_cbor(body)
    local _, last = body:find("FailedRecordCount", 1, true)
    if not last then return 0 end
    local head, high, low = body:byte(last + 1, last + 3)
    if head < 24 then return head end
    return head == 24 and high or high * 256 + low
end

if operation == "PutRecords" then
    local failed_in = cbor and failed_by_cbor or failed_by_json
    function response(status, headers, body)
        failed_records = failed_records + failed_in(body)
    end
end

local threads = {}
function setup(thread)
    threads[#threads + 1] = thread
end

function done()
    local failed = 0
    for _, thread in ipairs(threads) do failed = failed + thread:get("failed_records") end
    io.write("Failed records: " .. failed .. "\n")
end
