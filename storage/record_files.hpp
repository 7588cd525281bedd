#pragma once

#include <rocksdb/db.h>

#include <string>

#include "storage/record_log.hpp"

/// How the files of the record family are told apart: what a reader of a shard's end need not open, and where a file of
/// one shard ends and another's begins.
///
/// Many files hold a little of every shard each, until they are merged. A reader that follows a shard wants the newest
/// of them alone. As every position begins with the time of arrival, one number a file says whether it is too old.
///
/// Large values are in blob files of their own, and the files of records only refer to them: each says how much of it
/// belongs to which records.
namespace rivulet::record_files {

/// Makes each file say the newest position and the large values in it, and each merge begin a new file where another
/// shard begins, so that a shard that is cut or dropped goes file by file.
void describe(rocksdb::ColumnFamilyOptions& options);

/// Leaves out the files with nothing at or after `from`; call for an iterator that begins there. Files that delete
/// ranges always take part, and so does a file that does not say what is in it.
void skip_older_than(rocksdb::ReadOptions& options, Position from);

/// What a range of keys takes in files, deleted or not.
struct RangeSize {
    std::uint64_t bytes = 0;        ///< about, large values included
    bool has_large_values = false;  ///< or may have
};

rocksdb::Status measure(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family, const std::string& begin,
                        const std::string& end, RangeSize& size);

}  // namespace rivulet::record_files
