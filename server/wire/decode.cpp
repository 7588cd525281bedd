#include "server/wire/decode.hpp"

#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "server/wire/builder.hpp"
#include "server/wire/cbor.hpp"

namespace rivulet::wire {

namespace {

using nlohmann::json;

/// simdjson's reader with its buffers, which are kept for the next document of a usual size.
class FastReader {
public:
    /// Hands the document's events to `builder`. False if simdjson does not take it, and then nothing was handed over.
    bool read(std::string_view document, Builder& builder) {
        constexpr std::size_t kept_bytes = 2 * 1024 * 1024;
        padded_.assign(document);
        padded_.resize(document.size() + simdjson::SIMDJSON_PADDING);
        simdjson::dom::element root;
        const bool taken = parser_.parse(padded_.data(), document.size(), false).get(root) == simdjson::SUCCESS;
        if (taken) walk(root, builder);
        if (padded_.capacity() > kept_bytes) {
            padded_ = {};
            parser_ = simdjson::dom::parser();
        }
        return taken;
    }

private:
    // False ends the walk, as it does for nlohmann's readers. The builder bounds the depth.
    static bool walk(const simdjson::dom::element& value, Builder& builder) {
        using Type = simdjson::dom::element_type;
        switch (value.type()) {
            case Type::ARRAY: {
                if (!builder.start_array(0)) return false;
                for (const auto element : simdjson::dom::array(value)) {
                    if (!walk(element, builder)) return false;
                }
                return builder.end_array();
            }
            case Type::OBJECT: {
                if (!builder.start_object(0)) return false;
                for (const auto& [name, member] : simdjson::dom::object(value)) {
                    if (!builder.member_name(name) || !walk(member, builder)) return false;
                }
                return builder.end_object();
            }
            case Type::INT64: {
                const std::int64_t number = value;
                return number < 0 ? builder.number_integer(number)
                                  : builder.number_unsigned(static_cast<std::uint64_t>(number));
            }
            case Type::UINT64: return builder.number_unsigned(std::uint64_t(value));
            case Type::DOUBLE: return builder.number_float(double(value), {});
            case Type::STRING: return builder.text(std::string_view(value));
            case Type::BOOL: return builder.boolean(bool(value));
            case Type::NULL_VALUE: return builder.null();
        }
        return false;
    }

    simdjson::dom::parser parser_;
    std::string padded_;
};

}  // namespace

Decoded decode(Format format, std::string_view body, const Shape* shape, void* target) {
    Builder builder(format, target ? shape : nullptr, target);
    if (format == Format::json) {
        thread_local FastReader reader;
        // What the fast reader does not take is rare, and for the other one to judge: numbers beyond 64 bits, say.
        if (!reader.read(body, builder)) json::sax_parse(body.begin(), body.end(), &builder);
    } else {
        builder.outcome.well_formed = read_cbor(body, builder);
    }
    return std::move(builder.outcome);
}

}  // namespace rivulet::wire
