// Any bytes as JSON and as CBOR into a structure with every kind of shape: what is decoded can be judged and encoded,
// and comes back from what was encoded as the same.
#include <array>
#include <string>

#include "server/wire/decode.hpp"
#include "server/wire/encode.hpp"
#include "tests/fuzz/demand.hpp"

namespace {

using namespace rivulet;        // NOLINT
using namespace rivulet::wire;  // NOLINT

struct Inner {
    Required<Blob> data;
    std::optional<std::string> name;
};

struct Everything {
    std::optional<std::string> name;
    Required<std::string> mode;
    std::optional<std::int32_t> limit;
    std::optional<std::int64_t> size;
    std::optional<bool> flag;
    std::optional<Timestamp> time;
    std::optional<std::vector<Inner>> records;
    std::optional<std::vector<std::string>> names;
    std::optional<StringMap> tags;
    Required<Inner> inner;
};

constexpr Shape name = string_shape.between(1, 16).matching("[a-zA-Z0-9_.-]+");
constexpr std::array<std::string_view, 2> modes = {"ON", "OFF"};
constexpr Shape mode = string_shape.one_of(modes);
constexpr Shape limit = integer_shape.between(1, 1000);
constexpr Shape size = long_shape.at_least(0);
constexpr Shape data = blob_shape.between(0, 64);
constexpr std::array inner_members = {member<&Inner::data>("Data", data), member<&Inner::name>("Name", name)};
constexpr Shape inner = structure_shape("Inner", inner_members);
constexpr Shape records = list_shape<Inner>(inner).between(1, 4);
constexpr Shape names = list_shape<std::string>(name).between(1, 4);
constexpr Shape tags = map_shape(name, string_shape).between(1, 4);
constexpr std::array members = {
    member<&Everything::name>("Name", name),          member<&Everything::mode>("Mode", mode),
    member<&Everything::limit>("Limit", limit),       member<&Everything::size>("Size", size),
    member<&Everything::flag>("Flag", boolean_shape), member<&Everything::time>("Time", timestamp_shape),
    member<&Everything::records>("Records", records), member<&Everything::names>("Names", names),
    member<&Everything::tags>("Tags", tags),          member<&Everything::inner>("Inner", inner)};
constexpr Shape everything = structure_shape("Everything", members);

void check_round(Format format, const Everything& input, const std::string& judged) {
    const std::string encoded = encode(format, everything, &input);
    Everything again;
    const auto decoded = decode(format, encoded, &everything, &again);
    demand(decoded.well_formed && decoded.is_object && !decoded.type_fault, "what was encoded can be decoded");
    demand(encode(format, everything, &again) == encoded, "it is the same then");
    const auto broken = validate(everything, &again);
    demand((broken ? broken->message : "") == judged, "it is judged the same then");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t count) {
    if (count == 0) return 0;
    const Format format = bytes[0] % 2 == 0 ? Format::json : Format::cbor;
    const std::string_view body(reinterpret_cast<const char*>(bytes) + 1, count - 1);
    Everything input;
    const auto decoded = decode(format, body, &everything, &input);
    const auto syntax = decode(format, body, nullptr, nullptr);
    demand(syntax.well_formed == decoded.well_formed && syntax.is_object == decoded.is_object,
           "the syntax does not depend on the shape");
    demand(!syntax.type_fault, "without a shape nothing has a wrong type");
    if (!decoded.well_formed || !decoded.is_object || decoded.type_fault) return 0;
    const auto broken = validate(everything, &input);
    const std::string judged = broken ? broken->message : "";
    check_round(Format::json, input, judged);
    // Times before 1973 in milliseconds read as seconds in CBOR.
    if (input.time && input.time->time_since_epoch() < std::chrono::milliseconds{100'000'000'000}) return 0;
    check_round(Format::cbor, input, judged);
    return 0;
}
