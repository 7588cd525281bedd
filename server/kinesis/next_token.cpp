#include "server/kinesis/next_token.hpp"

#include "common/limits.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::size_t own_fields = 4;

}  // namespace

std::string make_next_token(const Call& call, std::string_view kind, std::vector<std::string> fields) {
    const auto now = std::to_string(call.service.clock.now().time_since_epoch().count());
    fields.insert(fields.begin(), {std::string(kind), call.owner.account, call.owner.region, now});
    return call.service.sealer.seal(join_fields(fields), call.service.random);
}

Result<std::vector<std::string>> read_next_token(const Call& call, std::string_view kind, std::string_view token) {
    const auto plain = call.service.sealer.open(token);
    auto fields = split_fields(plain.value_or(""));
    const bool ours = fields.size() > own_fields && fields[0] == kind && fields[1] == call.owner.account &&
                      fields[2] == call.owner.region;
    if (!ours) return errors::invalid_next_token();
    const Timestamp made{std::chrono::milliseconds{std::stoll(fields[3])}};
    if (call.service.clock.now() - made > std::chrono::seconds(limits::next_token_seconds)) {
        return errors::expired_next_token();
    }
    fields.erase(fields.begin(), fields.begin() + own_fields);
    return fields;
}

}  // namespace rivulet::kinesis
