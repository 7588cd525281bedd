#pragma once

#include <rocksdb/options.h>

#include "storage/record_log.hpp"

/// How the files of the record family are told apart: what a reader of a shard's end need not open, and where a file of
/// one shard ends and another's begins.
///
/// Many files hold a little of every shard each, until they are merged. A reader that follows a shard wants the newest
/// of them alone. As every position begins with the time of arrival, one number a file says whether it is too old.
namespace rivulet::record_files {

/// Makes each file say the newest position in it, and each merge begin a new file where another shard begins, so that a
/// shard that is cut or dropped goes file by file.
void describe(rocksdb::ColumnFamilyOptions& options);

/// Leaves out the files with nothing at or after `from`; call for an iterator that begins there. Files that delete
/// ranges always take part, and so does a file that does not say what is in it.
void skip_older_than(rocksdb::ReadOptions& options, Position from);

}  // namespace rivulet::record_files
