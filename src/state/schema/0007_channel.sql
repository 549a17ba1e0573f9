-- The way a letter goes: by mail, or on paper that the office prints.

ALTER TABLE letters ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail' CHECK (channel IN ('mail', 'paper'));
