-- The requests that load.py asks wrk for, by LOAD_... variables: OPERATION, STREAM or STREAMS (names end in a number),
-- BYTES of data in a record, RECORDS in a request, ITERATOR.

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local operation = os.getenv("LOAD_OPERATION")
local stream = os.getenv("LOAD_STREAM") or "bench"
local streams = tonumber(os.getenv("LOAD_STREAMS") or "0")
local bytes = tonumber(os.getenv("LOAD_BYTES") or "1024")
local records = tonumber(os.getenv("LOAD_RECORDS") or "0")
local iterator = os.getenv("LOAD_ITERATOR")

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
wrk.headers["X-Amz-Target"] = "Kinesis_20131202." .. operation
wrk.headers["X-Amz-Date"] = "20260101T000000Z"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, " ..
    "SignedHeaders=host;x-amz-date, Signature=" .. string.rep("0", 64)

-- Data that compresses to about half, as db_bench's does.
local function data()
    local text = {}
    for i = 1, math.floor(bytes / 3) * 4, 8 do
        local at = math.random(1, 64)
        local some = {}
        for j = 1, 4 do
            at = math.random(1, 64)
            some[j] = digits:sub(at, at)
        end
        text[#text + 1] = table.concat(some) .. "AAAA"
    end
    return table.concat(text):sub(1, math.floor(bytes / 3) * 4)
end

local pieces = {}
for i = 1, 64 do pieces[i] = data() end

local count = 0
local function put_record()
    count = count + 1
    local name = streams > 0 and (stream .. "-" .. (count * 7919 % streams)) or stream
    return wrk.format(nil, "/", nil, '{"StreamName":"' .. name .. '","Data":"' .. pieces[count % 64 + 1] ..
        '","PartitionKey":"key-' .. count .. '"}')
end

local function put_records_body()
    local entries = {}
    for i = 1, records do
        entries[i] = '{"Data":"' .. pieces[i % 64 + 1] .. '","PartitionKey":"key-' .. i .. '"}'
    end
    return '{"StreamName":"' .. stream .. '","Records":[' .. table.concat(entries, ",") .. ']}'
end

if operation == "PutRecord" then
    request = put_record
elseif operation == "PutRecords" then
    wrk.body = put_records_body()
elseif operation == "GetRecords" then
    wrk.body = '{"ShardIterator":"' .. iterator .. '","Limit":10000}'
end
