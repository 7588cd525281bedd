#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>

#include "common/result.hpp"
#include "server/wire/answer.hpp"
#include "server/wire/decode.hpp"
#include "server/wire/event_stream.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// One operation of a service: its name, its shapes, and the way from a decoded input to an encoded answer.
/// `Call` is what the service's handlers get beside their input.
template <class Call>
struct Operation {
    std::string_view name;
    const Shape* input;
    const Shape* output;  ///< null: the answer is empty
    std::shared_ptr<void> (*new_input)();
    boost::asio::awaitable<Result<Answer>> (*run)(const Call& call, const void* input, Format format);
};

namespace detail {

template <class Handler>
struct HandlerTypes;
template <class C, class I, class O>
struct HandlerTypes<boost::asio::awaitable<Result<O>> (*)(const C&, const I&)> {
    using Call = C;
    using Input = I;
    using Output = O;
};

}  // namespace detail

/// Binds a handler, `awaitable<Result<Output>>(const Call&, const Input&)`, to its shapes. Without an output shape
/// (a handler of `Result<void>`) the answer is empty, as the services' is.
template <auto handler, const Shape& input_shape, const Shape* output_shape = nullptr>
constexpr auto operation(std::string_view name) {
    using Types = detail::HandlerTypes<decltype(handler)>;
    using Call = typename Types::Call;
    using Input = typename Types::Input;
    return Operation<Call>{
        name, &input_shape, output_shape, []() -> std::shared_ptr<void> { return std::make_shared<Input>(); },
        [](const Call& call, const void* input, Format format) -> boost::asio::awaitable<Result<Answer>> {
            auto output = co_await handler(call, *static_cast<const Input*>(input));
            if (!output) co_return output.error();
            // Asked of the type: with sanitizers the address of a shape in another file is no constant to compare.
            if constexpr (std::is_void_v<typename Types::Output>) {
                (void)format;
                co_return Answer();
            } else {
                co_return answer_of(format, *output_shape,
                                    std::make_shared<typename Types::Output>(std::move(*output)));
            }
        }};
}

/// The same for a handler whose answer is a stream of events:
/// `awaitable<Result<std::unique_ptr<EventSource>>>(const Call&, const Input&)`.
template <auto handler, const Shape& input_shape>
constexpr auto event_stream_operation(std::string_view name) {
    using Types = detail::HandlerTypes<decltype(handler)>;
    using Call = typename Types::Call;
    using Input = typename Types::Input;
    return Operation<Call>{
        name, &input_shape, nullptr, []() -> std::shared_ptr<void> { return std::make_shared<Input>(); },
        [](const Call& call, const void* input, Format format) -> boost::asio::awaitable<Result<Answer>> {
            auto source = co_await handler(call, *static_cast<const Input*>(input));
            if (!source) co_return source.error();
            co_return Answer(event_stream_body(std::move(*source), format));
        }};
}

}  // namespace rivulet::wire
