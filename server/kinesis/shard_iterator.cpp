#include "server/kinesis/shard_iterator.hpp"

#include "common/limits.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::string_view kind = "iterator";
constexpr std::size_t field_count = 8;

}  // namespace

std::string make_shard_iterator(const Call& call, const Stream& stream, std::uint32_t shard, Position position) {
    const auto now = call.service.clock.now().time_since_epoch().count();
    return call.service.sealer.seal(
        join_fields({std::string(kind), call.owner.account, call.owner.region, stream.name, std::to_string(stream.id),
                     std::to_string(shard), std::to_string(position), std::to_string(now)}),
        call.service.random);
}

Result<ShardIterator> read_shard_iterator(const Call& call, std::string_view text) {
    const auto plain = call.service.sealer.open(text);
    const auto fields = split_fields(plain.value_or(""));
    const bool ours = fields.size() == field_count && fields[0] == kind && fields[1] == call.owner.account &&
                      fields[2] == call.owner.region;
    if (!ours) return errors::invalid_shard_iterator();
    const Timestamp created{std::chrono::milliseconds{std::stoll(fields[7])}};
    const Timestamp now = call.service.clock.now();
    if (now - created > std::chrono::seconds(limits::shard_iterator_seconds))
        return errors::expired_iterator(created, now);
    return ShardIterator{fields[3], std::stoull(fields[4]), static_cast<std::uint32_t>(std::stoul(fields[5])),
                         std::stoull(fields[6])};
}

}  // namespace rivulet::kinesis
