// A file field with `data-most-megabytes` says at once when what was chosen is too large, rather than after the upload.
for (const field of document.querySelectorAll("input[type=file][data-most-megabytes]")) {
  field.addEventListener("change", () => {
    const most = Number(field.dataset.mostMegabytes);
    const [file] = field.files;
    const isLarge = Boolean(file) && file.size > most * 1048576;
    field.setCustomValidity(isLarge ? `This file is larger than ${most} MB. Make its pictures smaller, or save it as PDF.` : "");
    if (isLarge) field.reportValidity();
  });
}
