// Any target and header fields: signatures are read without harm, nobody is let in who does not know the secret, and
// who signs whatever it is with the secret is.
#include <optional>
#include <string>

#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "server/wire/authenticator.hpp"
#include "tests/fuzz/demand.hpp"

namespace {

using namespace rivulet;  // NOLINT

constexpr const char* scope = "AKID/20231114/us-east-1/kinesis/aws4_request";

/// Lines of the input: the target, then `name: value` each.
http::Request request_of(std::string_view text) {
    http::Request request{"POST", std::string(text.substr(0, text.find('\n'))), {}, nullptr};
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        request.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
    }
    return request;
}

void sign_as_given(http::Request& request, const std::string& body) {
    request.headers.set("X-Amz-Date", "20231114T221320Z");
    request.headers.set("X-Amz-Security-Token", "");
    const std::string head = std::string("AWS4-HMAC-SHA256 Credential=") + scope +
                             ", SignedHeaders=host;x-amz-date;x-amz-target, Signature=";
    request.headers.set("Authorization", head + "0");
    const auto signature = *wire::read_signature(request);
    const auto canonical =
        wire::canonical_request(request, signature, wire::PathRule::encoded_again, hex_encode(sha256(body)));
    const auto key = wire::signing_key("secret", signature.scope);
    request.headers.set("Authorization", head + wire::sign(key, wire::string_to_sign(signature, canonical)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t count) {
    if (count == 0) return 0;
    static ManualClock clock(Timestamp{std::chrono::seconds{1'700'000'000}});
    static SeededRandom random{1};
    static const wire::Authenticator verifying(clock, {{"AKID", {"secret", "", default_account}}}, random);
    static const wire::Authenticator accepting(clock);

    auto request = request_of({reinterpret_cast<const char*>(bytes), count});
    const auto stated = accepting.authenticate(request, "{}", "kinesis");
    if (stated) demand(is_region(stated->owner.region) && is_account(stated->owner.account), "an owner is well-formed");
    demand(!verifying.authenticate(request, "{}", "kinesis"), "nobody can guess a signature");
    if (const auto signature = wire::read_signature(request)) {
        for (const auto rule : {wire::PathRule::encoded_again, wire::PathRule::as_it_is}) {
            wire::canonical_request(request, *signature, rule, "");
        }
    }
    wire::signed_service(request);

    const auto in_query = http::query_of(request.target);
    if (in_query && std::ranges::any_of(*in_query, [](const auto& one) { return one.first == "X-Amz-Algorithm"; }))
        return 0;
    sign_as_given(request, "{}");
    demand(verifying.authenticate(request, "{}", "kinesis").has_value(), "a right signature is let in");
    demand(!verifying.authenticate(request, "{ }", "kinesis"), "another body is not");
    return 0;
}
