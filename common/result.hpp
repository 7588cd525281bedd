#pragma once

#include <boost/system/result.hpp>

#include "common/errors.hpp"

namespace rivulet {

/// A value or an Error. Exceptions do not cross rooms; every fallible public function returns one of these.
///
/// `if (!result) return result.error();` passes an error on; `*result` is the value.
template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace rivulet
