#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.hpp"

namespace rivulet {

/// What a record's sequence number says. Clients see it as a decimal number whose 47 hexadecimal digits are, from the
/// left: `2`, the shard's creation in seconds (9), the shard ordinal's last digit (1), a counter (16), `00`, the
/// arrival in seconds (9), the shard ordinal (8), and `2`, the layout's version. Numbers therefore sort by shard
/// creation and then by counter. Where the layout has `00`, this server's continuations have `01`: numbers of no
/// record, between that of the counter's record and all later ones.
///
/// Source: the layout kinesalite documents from comparing itself with the service (db/index.js of that project).
struct SequenceNumber {
    std::int64_t shard_created = 0;  ///< seconds since the epoch
    std::uint64_t counter = 0;       ///< 0 for a shard's start, `last_counter` for a closed shard's end
    std::int64_t arrived = 0;        ///< seconds since the epoch
    std::uint32_t shard = 0;         ///< the shard's ordinal
    bool is_continuation = false;    ///< names the place after the counter's record, rather than the record

    static constexpr std::uint64_t last_counter = 0x7fff'ffff'ffff'ffff;

    auto operator<=>(const SequenceNumber&) const = default;
};

std::string to_string(const SequenceNumber& number);

/// Reads a sequence number of the layout above; nothing if the text is not decimal or not of this layout. The older
/// layouts (versions 0 and 1) are never written by this server and so never name one of its records.
std::optional<SequenceNumber> parse_sequence_number(std::string_view decimal);

}  // namespace rivulet
