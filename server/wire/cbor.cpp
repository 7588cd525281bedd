#include "server/wire/cbor.hpp"

#include <cbor.h>

#include <array>
#include <cstdint>
#include <limits>

#include "common/utf8.hpp"

namespace rivulet::wire {

namespace {

constexpr unsigned tag_type = 6;
constexpr unsigned break_byte = 0xff;

/// Puts the single items that libcbor finds together: which list or map each belongs to, and whether it may stand
/// there.
class Reader {
public:
    Reader(std::string_view document, Builder& builder) : document_(document), builder_(builder) {}

    bool read() {
        while (!complete_) {
            if (!pass_over_tags()) return false;
            const auto* at = reinterpret_cast<const unsigned char*>(document_.data()) + at_;
            const auto decoded = cbor_stream_decode(at, document_.size() - at_, &callbacks, this);
            if (decoded.status != CBOR_DECODER_FINISHED || !good_) return false;
            at_ += decoded.read;
        }
        return at_ == document_.size();
    }

private:
    enum class Type : std::uint8_t { list, map, bytes, text };

    /// A list, a map or a string of unknown length that is being read.
    struct Level {
        Type type;
        bool ends_by_break;
        std::uint64_t left;  ///< of a known length: the items that are to come, of a map twice its entries
        bool name_is_next;   ///< of a map

        bool is_string() const { return type == Type::bytes || type == Type::text; }
    };

    // libcbor 0.8 refuses the tags from 6 to 20, which are as good as the others.
    bool pass_over_tags() {
        const std::size_t first = at_;
        while (at_ < document_.size() && byte_at(at_) >> 5 == tag_type) {
            constexpr unsigned first_with_bytes = 24;
            constexpr unsigned last_with_bytes = 27;
            const unsigned info = byte_at(at_) & 31;
            if (info > last_with_bytes) return false;
            at_ += 1 + (info < first_with_bytes ? 0 : std::size_t{1} << (info - first_with_bytes));
        }
        if (at_ >= document_.size()) return false;
        // A tag belongs to an item, which neither a break nor a piece of a string is.
        const bool is_in_string = depth_ > 0 && levels_[depth_ - 1].is_string();
        return at_ == first || (byte_at(at_) != break_byte && !is_in_string);
    }
    unsigned byte_at(std::size_t place) const { return static_cast<unsigned char>(document_[place]); }

    /// Whether an item that is no text may stand here.
    bool may_stand() const {
        return depth_ == 0 || !(levels_[depth_ - 1].is_string() || levels_[depth_ - 1].name_is_next);
    }

    /// Takes the item that `hand_over` gives the builder.
    template <class HandOver>
    void item(const HandOver& hand_over) {
        good_ = may_stand() && hand_over();
        if (good_) item_ends();
    }

    void item_ends() {
        while (depth_ > 0) {
            Level& level = levels_[depth_ - 1];
            if (level.type == Type::map) level.name_is_next = !level.name_is_next;
            if (level.ends_by_break || --level.left > 0) return;
            leave();
        }
        complete_ = true;
    }

    void enter(Type type, bool ends_by_break, std::uint64_t items) {
        levels_[depth_++] = {type, ends_by_break, items, type == Type::map};
    }
    void leave() {
        const Type type = levels_[--depth_].type;
        if (type == Type::list) builder_.end_array();
        if (type == Type::map) builder_.end_object();
    }

    void open(Type type, bool ends_by_break, std::uint64_t count) {
        // Every item has a byte at least, which also keeps the product in its type.
        good_ = may_stand() && count <= document_.size() - at_ &&
                (type == Type::map ? builder_.start_object(0) : builder_.start_array(0));
        if (!good_) return;
        enter(type, ends_by_break, type == Type::map ? count * 2 : count);
        if (ends_by_break || count > 0) return;
        leave();
        item_ends();
    }

    void bytes(std::string_view piece) {
        if (depth_ > 0 && levels_[depth_ - 1].type == Type::bytes) {
            if (byte_string_) byte_string_->append(piece);
            return;
        }
        item([&] {
            if (auto* target = builder_.byte_string()) target->assign(piece);
            return true;
        });
    }
    void open_bytes() {
        good_ = may_stand();
        if (!good_) return;
        byte_string_ = builder_.byte_string();
        enter(Type::bytes, true, 0);
    }

    void text(std::string_view piece) {
        // RFC 8949, section 3.2.3: a character does not go over the end of a piece.
        good_ = is_utf8(piece) && !(depth_ > 0 && levels_[depth_ - 1].type == Type::bytes);
        if (!good_) return;
        if (depth_ > 0 && levels_[depth_ - 1].type == Type::text) {
            text_.append(piece);
            return;
        }
        text_ends(piece);
    }
    void open_text() {
        good_ = depth_ == 0 || !levels_[depth_ - 1].is_string();
        if (!good_) return;
        text_.clear();
        enter(Type::text, true, 0);
    }
    void text_ends(std::string_view whole) {
        const bool is_name = depth_ > 0 && levels_[depth_ - 1].name_is_next;
        good_ = is_name ? builder_.member_name(whole) : builder_.text(whole);
        if (good_) item_ends();
    }

    void break_off() {
        good_ = depth_ > 0 && levels_[depth_ - 1].ends_by_break;
        if (!good_) return;
        const Level ended = levels_[depth_ - 1];
        good_ = ended.type != Type::map || ended.name_is_next;
        if (!good_) return;
        leave();
        if (ended.type == Type::text) {
            text_ends(text_);
        } else {
            item_ends();
        }
    }

    void negative(std::uint64_t below_minus_one) {
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        item([&] {
            if (below_minus_one > most) return builder_.number_float(-1.0 - static_cast<double>(below_minus_one), {});
            return builder_.number_integer(-1 - static_cast<std::int64_t>(below_minus_one));
        });
    }

    static Reader& of(void* context) { return *static_cast<Reader*>(context); }
    static std::string_view view(cbor_data data, std::uint64_t length) {
        return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(length)};
    }
    static cbor_callbacks make_callbacks();
    static const cbor_callbacks callbacks;

    const std::string_view document_;
    Builder& builder_;
    std::size_t at_ = 0;
    // As many as the builder takes, and a string in pieces in the last.
    std::array<Level, max_document_depth + 1> levels_;
    std::size_t depth_ = 0;
    std::string* byte_string_ = nullptr;  ///< of a byte string in pieces: where they go, if anywhere
    std::string text_;                    ///< of a text in pieces
    bool good_ = true;
    bool complete_ = false;
};

cbor_callbacks Reader::make_callbacks() {
    // The types of lengths differ between libcbor's versions, and widths of numbers make no difference: `auto` takes
    // all.
    const auto natural = [](void* reader, auto value) {
        of(reader).item([&] { return of(reader).builder_.number_unsigned(value); });
    };
    const auto negative = [](void* reader, auto value) { of(reader).negative(value); };
    const auto fraction = [](void* reader, auto value) {
        of(reader).item([&] { return of(reader).builder_.number_float(value, {}); });
    };
    const auto null = [](void* reader) { of(reader).item([&] { return of(reader).builder_.null(); }); };

    cbor_callbacks made = cbor_empty_callbacks;
    made.uint8 = natural;
    made.uint16 = natural;
    made.uint32 = natural;
    made.uint64 = natural;
    made.negint8 = negative;
    made.negint16 = negative;
    made.negint32 = negative;
    made.negint64 = negative;
    made.byte_string = [](void* reader, cbor_data data, auto length) { of(reader).bytes(view(data, length)); };
    made.byte_string_start = [](void* reader) { of(reader).open_bytes(); };
    made.string = [](void* reader, cbor_data data, auto length) { of(reader).text(view(data, length)); };
    made.string_start = [](void* reader) { of(reader).open_text(); };
    made.array_start = [](void* reader, auto count) { of(reader).open(Type::list, false, count); };
    made.indef_array_start = [](void* reader) { of(reader).open(Type::list, true, 0); };
    made.map_start = [](void* reader, auto count) { of(reader).open(Type::map, false, count); };
    made.indef_map_start = [](void* reader) { of(reader).open(Type::map, true, 0); };
    made.float2 = fraction;
    made.float4 = fraction;
    made.float8 = fraction;
    made.null = null;
    made.undefined = null;
    made.boolean = [](void* reader, bool value) {
        of(reader).item([&] { return of(reader).builder_.boolean(value); });
    };
    made.indef_break = [](void* reader) { of(reader).break_off(); };
    return made;
}

const cbor_callbacks Reader::callbacks = Reader::make_callbacks();

}  // namespace

bool read_cbor(std::string_view document, Builder& builder) {
    return Reader(document, builder).read();
}

}  // namespace rivulet::wire
