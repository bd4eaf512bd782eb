/// Whatever a spec is, its name can be a folder, what goes to git is no option, and paths are absolute and plain.

#include <cstdlib>

#include "hoist/package/package_name.hpp"
#include "hoist/package/package_spec.hpp"

namespace {

using namespace hoist::package;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const PackageSpec& spec) {
  if (!spec.name.empty()) {
    require(is_valid_for_old_packages(spec.name));
    require(spec.name.find("..") != 0 && spec.name.find('\\') == std::string::npos &&
            spec.name.find('\0') == std::string::npos);
  }
  require(spec.range.has_value() == (spec.type == SpecType::kRange));
  require((spec.sub_spec != nullptr) == (spec.type == SpecType::kAlias));
  if (spec.sub_spec) {
    require(spec.sub_spec->registry() && !spec.sub_spec->name.empty() && spec.sub_spec->type != SpecType::kAlias);
    check(*spec.sub_spec);
  }
  if (spec.type == SpecType::kGit) {
    require(!spec.fetch_spec.starts_with('-') && !spec.git_committish.starts_with('-'));
    require(spec.git_committish.empty() || spec.git_range.empty());
    require(spec.hosted || !spec.fetch_spec.empty());
  }
  if (spec.type == SpecType::kFile || spec.type == SpecType::kDirectory) {
    require(spec.fetch_spec.starts_with('/') && spec.save_spec.starts_with("file:"));
    require((spec.fetch_spec + '/').find("/../") == std::string::npos &&
            spec.fetch_spec.find('\0') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const NameValidity validity = validate_package_name(text);
  require(validity.valid_for_old_packages == is_valid_for_old_packages(text));
  require(!PackageName::parse(text) || validity.valid_for_old_packages);

  if (const auto spec = parse_spec(text, "/where/we are")) {
    require(spec->raw == text);
    check(*spec);
  }
  for (const char* name : {"", "foo", "@scope/foo"}) {
    const auto spec = resolve_spec(name, text, "/where");
    if (!spec) continue;
    require(spec->name == name && spec->raw_spec == text);
    check(*spec);
  }
  if (const auto hosted = parse_hosted_git(text))
    require(!hosted->tarball_url().empty() && hosted->ssh_url().starts_with("git+ssh://git@"));
  return 0;
}
