#pragma once
/// Failure as a value. Everything that can fail for reasons outside the program returns Result<T>.

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hoist {

/// A place in a file a user can open. Line and column count from 1; 0 means unknown.
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;
};

/// Why an operation failed. `code` is API and prints as npm's where npm has one (`ERESOLVE`, `EINTEGRITY`, `E404`);
/// the wording is not. `context` grows on the way up, innermost first.
struct Error {
  std::string code;
  std::string message;
  std::string hint;
  std::vector<std::string> context;
  SourceLocation where{};

  /// Adds what the caller was doing; returns *this so that it can be passed on in one expression.
  Error&& with_context(std::string what) && {
    context.push_back(std::move(what));
    return std::move(*this);
  }
  Error&& with_hint(std::string text) && {
    hint = std::move(text);
    return std::move(*this);
  }
};

template <class T = void>
using Result = std::expected<T, Error>;

/// An Error ready to be returned from any function that yields a Result.
[[nodiscard]] inline std::unexpected<Error> fail(std::string code, std::string message, std::string hint = {}) {
  return std::unexpected(Error{std::move(code), std::move(message), std::move(hint), {}, {}});
}

/// Passes an error on, adding what was being done.
[[nodiscard]] inline std::unexpected<Error> fail_from(Error error, std::string doing) {
  return std::unexpected(std::move(error).with_context(std::move(doing)));
}

}  // namespace hoist

/// `HOIST_TRY(auto value, parse(text));` declares `value` or returns the error to the caller.
#define HOIST_TRY_CONCAT_(a, b) a##b
#define HOIST_TRY_NAME_(line) HOIST_TRY_CONCAT_(hoist_try_, line)
#define HOIST_TRY(declaration, expression)                                                              \
  auto HOIST_TRY_NAME_(__LINE__) = (expression);                                                        \
  if (!HOIST_TRY_NAME_(__LINE__)) return std::unexpected(std::move(HOIST_TRY_NAME_(__LINE__)).error()); \
  declaration = *std::move(HOIST_TRY_NAME_(__LINE__))
/// The same for Result<void>.
#define HOIST_CHECK(expression) \
  if (auto hoist_check = (expression); !hoist_check) return std::unexpected(std::move(hoist_check).error())
