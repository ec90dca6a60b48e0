"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Input } from "./input";

type SearchFieldProps = { label: string; value: string; onSearch: (words: string) => void };

/** A field that searches while one types; "/" leads to it from anywhere on the page. */
export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState(value);
  const sent = useRef(value);

  // The address changed by something else than this field: a chip that was removed, the browser's way back.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setWords(value);
  }, [value]);

  useEffect(() => {
    if (words === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = words.trim();
      onSearch(words.trim());
    }, 250);
    return () => clearTimeout(timer);
  }, [words, onSearch]);

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, [contenteditable=true], [role=dialog]")) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="relative min-w-0 flex-1 basis-56 sm:max-w-72">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3" strokeWidth={1.5} />
      <Input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        className="pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
      />
      <kbd
        aria-hidden
        className="pointer-events-none absolute top-1.5 right-2 rounded-sm font-sans border border-line px-1.5 text-2xs text-ink-3 leading-[18px]"
      >
        /
      </kbd>
    </div>
  );
}
