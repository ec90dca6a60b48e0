"use client";

import { useEffect, useId, useState } from "react";
import { Input } from "@/components/ui/input";
import { paths } from "@/lib/paths";

type Found = { slug: string; name: string };

/** One job out of any number: the field asks the server for jobs of that name while one types. */
export function JobPick({ onPick }: { onPick: (slug: string) => void }) {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<readonly Found[]>([]);
  const listId = useId();

  useEffect(() => {
    if (words.trim() === "") return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      fetch(paths.api.jobs({ search: words, limit: "10" }), { signal: leaving.signal })
        .then(async (answer) => setFound(answer.ok ? ((await answer.json()) as { rows: { job: Found }[] }).rows.map(({ job }) => job) : []))
        .catch(() => {}); // superseded by the next letter, or the server is away: the page says so
    }, 200);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [words]);

  return (
    <form
      className="min-w-0 flex-1 basis-40 sm:max-w-56"
      onSubmit={(event) => {
        event.preventDefault();
        const named = found.find(({ name }) => name.toLowerCase() === words.trim().toLowerCase());
        if (words.trim()) onPick(named?.slug ?? found[0]?.slug ?? words.trim());
      }}
    >
      <Input
        list={listId}
        aria-label="Only runs of this job"
        placeholder="Job"
        value={words}
        autoComplete="off"
        onChange={({ target }) => {
          setWords(target.value);
          if (found.some(({ slug }) => slug === target.value)) onPick(target.value);
        }}
      />
      <datalist id={listId}>
        {found.map(({ slug, name }) => (
          <option key={slug} value={slug}>
            {name}
          </option>
        ))}
      </datalist>
    </form>
  );
}
