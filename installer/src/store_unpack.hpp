#pragma once
/// Writes one tarball's entries below a directory and records what it wrote.

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "hoist/package/tar_reader.hpp"
#include "package_facts.hpp"
#include "posix.hpp"
#include "store_index.hpp"

namespace hoist::installer {

class Unpacker final : public package::TarSink {
 public:
  /// Ready for a new package below `directory` (borrowed). Buffers are kept.
  void reset(int directory);

  Result<void> begin(const package::TarEntry& entry) override;
  Result<void> data(std::string_view bytes) override;
  Result<void> end() override;

  /// After the last entry: makes bins executable, mends their first lines, and returns the index record.
  [[nodiscard]] Result<std::string> finish();

 private:
  Result<void> open_file(const package::TarEntry& entry);
  Result<void> make_parents(std::string_view path);
  Result<void> make_directory(std::string_view path);
  Result<void> fix_bins(const PackageFacts& facts);
  Result<void> fix_line_ending(const PackageRecordBuilder::File& file, std::uint16_t mode);

  int directory_ = -1;
  UniqueFd file_;
  std::size_t record_ = 0;
  std::uint64_t size_ = 0;
  std::uint16_t mode_ = 0;
  std::uint32_t crc_ = 0;
  bool is_file_ = false, first_piece_ = false, keep_json_ = false, repeated_ = false;
  bool has_gyp_ = false, has_shrinkwrap_ = false, has_bundled_ = false;
  std::string package_json_;
  std::string last_parent_;
  std::unordered_set<std::string> directories_;
  std::vector<std::string> dos_scripts_;  ///< files whose `#!` line ends in CR LF
  std::string path_;
  PackageRecordBuilder record_builder_;
};

/// Whether a file starts with a `#!` line that ends in CR LF, which no kernel can run.
[[nodiscard]] bool has_dos_shebang(std::string_view start) noexcept;

}  // namespace hoist::installer
