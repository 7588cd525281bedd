#pragma once

#include <span>
#include <string>
#include <vector>

#include "server/wire/decode.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// Encodes a structure, which a shape describes, piece by piece, so that a large one need not be in memory as a whole.
/// Absent members are left out. The structure must stay as it is until the last piece has been read.
class Encoder {
public:
    Encoder(Format format, const Shape& shape, const void* structure);

    /// How many bytes the structure becomes. Walks it.
    std::size_t length() const;

    /// Fills `piece` with what comes next; returns how many bytes that are: fewer than there is room for, at the end.
    std::size_t read(std::span<char> piece);

private:
    /// A structure, a list or a blob whose end has not been written.
    struct Open {
        const Shape* shape;
        const void* value;
        std::size_t next = 0;  ///< its member, element or byte
        bool is_empty = true;  ///< whether no member has been written
    };

    template <class Out>
    void step(Out& out);
    template <class Writer>
    void write_next(Writer& writer);
    template <class Writer>
    void write_member(Writer& writer);
    template <class Writer>
    void write_element(Writer& writer);
    template <class Writer>
    void write_blob_piece(Writer& writer);
    template <class Writer>
    void begin(Writer& writer, const Shape& shape, const void* value);

    bool is_done() const { return begun_ && open_.empty(); }

    const Format format_;
    const Shape& shape_;
    const void* const structure_;
    bool begun_ = false;
    std::vector<Open> open_;  ///< the outermost first
    std::string rest_;        ///< what the last piece had no room for
    std::size_t taken_ = 0;   ///< of `rest_`
};

/// The body that `structure`, which `shape` describes, becomes. Absent members are left out.
std::string encode(Format format, const Shape& shape, const void* structure);

/// A flat object of texts: what errors are. They tell again what requests said, headers too, which need not be UTF-8.
std::string encode_texts(Format format, StringMap members);

}  // namespace rivulet::wire
