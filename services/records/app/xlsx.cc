#include "services/records/app/xlsx.h"

#include <absl/strings/str_cat.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <cerrno>
#include <variant>

namespace baodao::records {
namespace {

// A file in memory: the library writes to paths only.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("report.xlsx", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  std::string path() const { return absl::StrCat("/proc/self/fd/", descriptor_); }
  absl::StatusOr<std::string> Read() const {
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0) return absl::ErrnoToStatus(errno, "a workbook");
    std::string bytes(static_cast<size_t>(info.st_size), '\0');
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t got =
          ::pread(descriptor_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
      if (got <= 0) return absl::ErrnoToStatus(got == 0 ? EIO : errno, "a workbook");
      at += static_cast<size_t>(got);
    }
    return bytes;
  }

 private:
  int descriptor_;
};

struct CellWriter {
  lxw_worksheet* sheet;
  lxw_row_t row;
  lxw_col_t column;
  lxw_format* two_digits;

  lxw_error operator()(const std::string& text) const {
    return worksheet_write_string(sheet, row, column, text.c_str(), nullptr);
  }
  lxw_error operator()(int64_t number) const {
    return worksheet_write_number(sheet, row, column, static_cast<double>(number), nullptr);
  }
  lxw_error operator()(double number) const {
    return worksheet_write_number(sheet, row, column, number, two_digits);
  }
};

lxw_error WriteRow(CellWriter writer, const std::vector<SheetCell>& cells) {
  for (const SheetCell& cell : cells) {
    if (const lxw_error error = std::visit(writer, cell); error != LXW_NO_ERROR) return error;
    ++writer.column;
  }
  return LXW_NO_ERROR;
}

lxw_error Fill(lxw_workbook* book, const Sheet& sheet) {
  lxw_worksheet* const worksheet = workbook_add_worksheet(book, sheet.name.c_str());
  if (worksheet == nullptr) return LXW_ERROR_MEMORY_MALLOC_FAILED;
  lxw_format* const two_digits = workbook_add_format(book);
  format_set_num_format(two_digits, "0.00");
  worksheet_freeze_panes(worksheet, 1, 0);
  CellWriter writer{worksheet, 0, 0, two_digits};
  const std::vector<SheetCell> headings(sheet.headings.begin(), sheet.headings.end());
  if (const lxw_error error = WriteRow(writer, headings); error != LXW_NO_ERROR) return error;
  for (const std::vector<SheetCell>& row : sheet.rows) {
    ++writer.row;
    if (const lxw_error error = WriteRow(writer, row); error != LXW_NO_ERROR) return error;
  }
  return LXW_NO_ERROR;
}

}  // namespace

absl::StatusOr<std::string> Xlsx(const Sheet& sheet) {
  const MemoryFile file;
  if (!file.is_open()) return absl::ErrnoToStatus(errno, "a workbook");
  lxw_workbook* const book = workbook_new(file.path().c_str());
  if (book == nullptr) return absl::ResourceExhaustedError("a workbook: no memory");
  const lxw_error filled = Fill(book, sheet);
  const lxw_error closed = workbook_close(book);  // frees it, too
  if (filled != LXW_NO_ERROR || closed != LXW_NO_ERROR) {
    const lxw_error error = filled != LXW_NO_ERROR ? filled : closed;
    return absl::InternalError(absl::StrCat("a workbook: ", lxw_strerror(error)));
  }
  return file.Read();
}

}  // namespace baodao::records
