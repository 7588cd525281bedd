#include "server/wire/json_protocol.hpp"

#include <spdlog/spdlog.h>

#include "common/base64.hpp"
#include "server/wire/encode.hpp"

namespace rivulet::wire {

namespace asio = boost::asio;

namespace {

constexpr std::string_view json_type = "application/x-amz-json-1.1";
constexpr std::string_view cbor_type = "application/x-amz-cbor-1.1";
constexpr std::string_view plain_json_type = "application/json";

std::string_view content_type_of(Format format) {
    return format == Format::json ? json_type : cbor_type;
}

http::Response answer(unsigned status, std::string_view content_type, Answer body) {
    http::Response response;
    response.status = status;
    if (!content_type.empty()) response.headers.add("Content-Type", std::string(content_type));
    response.body = std::move(body);
    return response;
}

http::Response error_answer(Format format, const Error& error) {
    const auto kind = kind_of(error.code);
    StringMap members = {{"__type", std::string(kind.name)}};
    // Serialization errors alone spell it with a capital; some errors have no text at all.
    const char* const text_member = error.code == ErrorCode::serialization ? "Message" : "message";
    if (!error.message.empty()) members.emplace_back(text_member, error.message);
    return answer(kind.status, content_type_of(format), encode_texts(format, std::move(members)));
}

http::Response not_determined() {
    return answer(403, {},
                  "<AccessDeniedException>\n"
                  "  <Message>Unable to determine service/operation name to be authorized</Message>\n"
                  "</AccessDeniedException>\n");
}

/// `application/json` is let in only to be refused.
http::Response plain_json_answer(std::string_view body) {
    const bool parses = !body.empty() && decode(Format::json, body, nullptr, nullptr).well_formed;
    const std::string type = parses ? "UnknownOperationException" : "SerializationException";
    return answer(parses ? 404 : 400, plain_json_type,
                  R"({"Output":{"__type":"com.amazon.coral.service#)" + type + R"("},"Version":"1.0"})");
}

http::Response preflight(const http::Request& request) {
    http::Response response;
    response.headers.add("Access-Control-Allow-Origin", "*");
    for (const auto* what : {"Headers", "Method"}) {
        const std::string asked = std::string("Access-Control-Request-") + what;
        const std::string allowed = std::string("Access-Control-Allow-") + what + (*what == 'M' ? "s" : "");
        if (const auto value = request.headers.find(asked)) response.headers.add(allowed, std::string(*value));
    }
    response.headers.add("Access-Control-Max-Age", "172800");
    return response;
}

void add_ids(http::Response& response, Random& random, bool with_extended_id) {
    response.headers.add("x-amzn-RequestId", random_uuid(random));
    if (with_extended_id) response.headers.add("x-amz-id-2", base64_encode(random_bytes(random, 72)));
}

void add_cors(http::Response& response) {
    response.headers.add("Access-Control-Allow-Origin", "*");
    response.headers.add("Access-Control-Expose-Headers",
                         "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date");
}

/// The operation a target names, of this service; nothing if it names none.
std::optional<std::string_view> operation_of(const JsonService& service, std::string_view target) {
    const auto prefix = service.target_prefix();
    if (!target.starts_with(prefix) || target.size() <= prefix.size() || target[prefix.size()] != '.')
        return std::nullopt;
    return target.substr(prefix.size() + 1);
}

asio::awaitable<http::Response> answer_operation(JsonService& service, const http::Request& request,
                                                 const Authenticator& authenticator, Format format,
                                                 const std::string& body) {
    const auto operation = operation_of(service, request.headers.get("X-Amz-Target"));
    const auto input = operation ? service.input_of(*operation) : std::nullopt;
    const Error unknown(ErrorCode::unknown_operation, "");
    if (body.empty()) co_return error_answer(format, input ? Error(ErrorCode::serialization, "") : unknown);

    const auto decoded =
        input ? decode(format, body, input->shape, input->structure.get()) : decode(format, body, nullptr, nullptr);
    if (!decoded.well_formed || !decoded.is_object) co_return error_answer(format, Error(ErrorCode::serialization, ""));
    if (!input) co_return error_answer(format, unknown);
    const auto caller = authenticator.authenticate(request, body, service.signing_name());
    if (!caller) co_return error_answer(format, caller.error());
    if (decoded.type_fault) co_return error_answer(format, Error(ErrorCode::serialization, *decoded.type_fault));
    if (const auto broken = validate(*input->shape, input->structure.get())) co_return error_answer(format, *broken);

    auto output = co_await service.run(*operation, *caller, input->structure.get(), format);
    if (!output) {
        if (kind_of(output.error().code).status < 500) co_return error_answer(format, output.error());
        // Of the disk the storage tells, once and not with each request that meets it.
        if (output.error().code != ErrorCode::io_failure) {
            spdlog::error("{} failed: {}", *operation, output.error().message);
        }
        co_return error_answer(format, Error(ErrorCode::internal_failure, ""));
    }
    const auto* const source = std::get_if<std::unique_ptr<http::Body>>(&*output);
    const bool is_event_stream = source && !(*source)->length();
    co_return answer(200, is_event_stream ? event_stream_type : content_type_of(format), std::move(*output));
}

asio::awaitable<http::Response> answer_post(JsonService& service, http::Request& request,
                                            const Authenticator& authenticator) {
    auto body = co_await read_all(*request.body, service.max_body_bytes());
    if (!body) {
        auto refused = answer(kind_of(body.error().code).status, {}, {});
        refused.close = true;
        co_return refused;
    }
    const auto type = http::media_type_of(request.headers);
    if (type == plain_json_type) co_return plain_json_answer(*body);
    if (type != json_type && type != cbor_type) {
        if (request.headers.get("X-Amz-Target").empty()) co_return not_determined();
        co_return answer(404, {}, "<UnknownOperationException/>\n");
    }
    const Format format = type == json_type ? Format::json : Format::cbor;
    co_return co_await answer_operation(service, request, authenticator, format, *body);
}

}  // namespace

asio::awaitable<http::Response> answer_json(JsonService& service, http::Request& request,
                                            const Authenticator& authenticator, Random& random) {
    const bool cross_origin = request.headers.find("Origin").has_value();
    if (cross_origin && request.method == "OPTIONS") {
        auto response = preflight(request);
        add_ids(response, random, false);
        co_return response;
    }
    auto response = not_determined();
    if (request.method == "POST") response = co_await answer_post(service, request, authenticator);
    if (response.status != 413) add_ids(response, random, true);
    if (cross_origin) add_cors(response);
    co_return response;
}

}  // namespace rivulet::wire
