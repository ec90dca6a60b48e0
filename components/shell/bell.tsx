/** The mark: a bell in the arch of its tower. */
export function Bell({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <path d="M3.6 21.5V12a8.4 8.4 0 0 1 16.8 0v9.5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
      <path d="M12 6.6c-2.7 0-4.2 1.9-4.2 4.6v2.9l-1.3 2.6h11l-1.3-2.6v-2.9c0-2.7-1.5-4.6-4.2-4.6Z" fill="var(--brass)" />
      <circle cx="12" cy="19.2" r="1.6" fill="var(--brass)" />
    </svg>
  );
}
