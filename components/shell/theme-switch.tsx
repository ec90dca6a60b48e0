"use client";

import { Check, Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { Button } from "@/components/ui/button";
import { Dropdown } from "@/components/ui/dropdown";

const themes = [
  { value: "light", label: "Light", Mark: Sun },
  { value: "dark", label: "Dark", Mark: Moon },
  { value: "system", label: "As the system", Mark: Monitor },
];

/** Light, dark, or as the system says. */
export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  return (
    <Dropdown
      align="start"
      trigger={
        <Button variant="ghost" size="icon" aria-label="Theme">
          <Sun aria-hidden className="dark:hidden" />
          <Moon aria-hidden className="hidden dark:block" />
        </Button>
      }
    >
      {(Item) =>
        themes.map(({ value, label, Mark }) => (
          <Item key={value} onSelect={() => setTheme(value)}>
            <Mark aria-hidden />
            <span className="flex-1">{label}</span>
            {theme === value ? <Check aria-label="chosen" className="stroke-brass-ink" /> : null}
          </Item>
        ))
      }
    </Dropdown>
  );
}
