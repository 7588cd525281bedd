#include "server/wire/answer.hpp"

#include "server/wire/encode.hpp"

namespace rivulet::wire {

namespace asio = boost::asio;

namespace {

// More than this costs more in fresh memory, and in waiting for the processor's caches, than in pieces.
constexpr std::size_t max_whole_bytes = 256UL * 1024;

class EncodedBody final : public http::Body {
public:
    EncodedBody(Encoder encoder, std::size_t length, std::shared_ptr<const void> output)
        : output_(std::move(output)), encoder_(std::move(encoder)), length_(length) {}

    std::optional<std::uint64_t> length() const override { return length_; }
    std::size_t held_bytes() const override { return length_; }

    asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override { co_return encoder_.read(buffer); }

private:
    const std::shared_ptr<const void> output_;
    Encoder encoder_;
    const std::size_t length_;
};

}  // namespace

Answer answer_of(Format format, const Shape& shape, std::shared_ptr<const void> output) {
    Encoder encoder(format, shape, output.get());
    const std::size_t length = encoder.length();
    if (length > max_whole_bytes) return std::make_unique<EncodedBody>(std::move(encoder), length, std::move(output));
    std::string text(length, '\0');
    encoder.read(text);
    return text;
}

}  // namespace rivulet::wire
