/** Files are neither taken nor opened in place of the chat; `onFiles` says so. */
export function refuseFiles(page: Document, onFiles: () => void): void {
  const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes('Files') === true;
  page.addEventListener('paste', (event) => {
    // Copied from a document, a text may come with a picture of it.
    if (!hasFiles(event.clipboardData) || event.clipboardData?.types.includes('text/plain') === true) return;
    event.preventDefault();
    onFiles();
  });
  page.addEventListener('dragover', (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none';
  });
  page.addEventListener('drop', (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    onFiles();
  });
}
