namespace Sparse.LuceneNet.Explaining;

/// <summary>A stretch of a text that speaks for a term.</summary>
/// <param name="Start">First UTF-16 index.</param>
/// <param name="End">The index after it.</param>
/// <param name="Term">Number of the term.</param>
internal readonly record struct Mark(int Start, int End, int Term);

/// <summary>Sentences, and the run of them whose words explain most of a score.</summary>
internal static class BestPassage
{
    /// <summary>Where sentences begin: after a full stop, question or exclamation mark and a blank, and on new lines.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Ascending, from 0 on.</returns>
    public static List<int> SentenceStarts(string text)
    {
        List<int> starts = [0];
        for (int i = 1; i < text.Length; i++)
        {
            bool isBreak = text[i - 1] is '\n' or '。' or '！' or '？'
                || (char.IsWhiteSpace(text[i - 1]) && i >= 2 && text[i - 2] is '.' or '!' or '?' && !char.IsLower(text[i]));
            if (isBreak && !char.IsWhiteSpace(text[i]))
            {
                starts.Add(i);
            }
        }

        return starts;
    }

    /// <summary>The sentence that a place is in.</summary>
    /// <param name="starts">What <see cref="SentenceStarts"/> gave.</param>
    /// <param name="place">A UTF-16 index.</param>
    /// <returns>From 1.</returns>
    public static int SentenceAt(List<int> starts, int place)
    {
        int found = starts.BinarySearch(place);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>Chooses the passage whose marks speak for the terms of the largest scores, each counted once; of equals the first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="marks">The marks in it.</param>
    /// <param name="scores">[terms] their scores.</param>
    /// <param name="length">The most UTF-16 characters, ≥ 1.</param>
    /// <returns>Start and end.</returns>
    public static (int Start, int End) Choose(string text, IReadOnlyList<Mark> marks, IReadOnlyList<double> scores, int length)
    {
        List<int> sentences = SentenceStarts(text);
        var starts = new SortedSet<int>(sentences);
        foreach (Mark mark in marks)
        {
            // In a sentence that is too long the passage begins a little before the mark.
            int sentence = sentences[SentenceAt(sentences, mark.Start) - 1];
            starts.Add(mark.Start - sentence <= length / 2 ? sentence : WordStart(text, mark.Start - (length / 4)));
        }

        (int Start, int End) best = (0, End(text, sentences, 0, length));
        double bestScore = 0;
        var seen = new HashSet<int>();
        foreach (int start in starts)
        {
            int end = End(text, sentences, start, length);
            seen.Clear();
            double score = marks.Where(mark => mark.Start >= start && mark.End <= end && seen.Add(mark.Term)).Sum(mark => scores[mark.Term]);
            if (score > bestScore)
            {
                (best, bestScore) = ((start, end), score);
            }
        }

        return best;
    }

    /// <summary>Joins marks that overlap.</summary>
    /// <param name="marks">Marks in any order.</param>
    /// <param name="scores">[terms] their scores.</param>
    /// <param name="start">Where the passage begins; marks outside it are left out.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>Spans from the passage's beginning, ascending and apart; a term counts once in each.</returns>
    public static IReadOnlyList<TextSpan> Join(IEnumerable<Mark> marks, IReadOnlyList<double> scores, int start, int end)
    {
        var spans = new List<TextSpan>();
        var terms = new HashSet<int>();
        foreach (Mark mark in marks.Where(mark => mark.Start >= start && mark.End <= end && mark.End > mark.Start).OrderBy(mark => mark.Start).ThenBy(mark => mark.End))
        {
            if (spans.Count > 0 && mark.Start - start < spans[^1].End)
            {
                double more = terms.Add(mark.Term) ? scores[mark.Term] : 0;
                spans[^1] = new TextSpan(spans[^1].Start, Math.Max(spans[^1].End, mark.End - start), spans[^1].Score + more);
                continue;
            }

            terms.Clear();
            terms.Add(mark.Term);
            spans.Add(new TextSpan(mark.Start - start, mark.End - start, scores[mark.Term]));
        }

        return spans;
    }

    private static int End(string text, List<int> sentences, int start, int length)
    {
        if (text.Length - start <= length)
        {
            return text.Length;
        }

        // Whole sentences where they fill half of it.
        int next = sentences.FindLastIndex(sentence => sentence <= start + length);
        int end = next >= 0 && sentences[next] > start + (length / 2) ? sentences[next] : WordStart(text, start + length);
        end = end > start ? end : start + length;
        while (end > start + 1 && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return char.IsHighSurrogate(text[end - 1]) ? end + 1 : end;
    }

    // The beginning of the word at a place, unless it is far away.
    private static int WordStart(string text, int place)
    {
        int start = Math.Clamp(place, 0, text.Length);
        for (int i = start; i > Math.Max(0, start - 40); i--)
        {
            if (char.IsWhiteSpace(text[i - 1]))
            {
                return i;
            }
        }

        return start > 0 && start < text.Length && char.IsLowSurrogate(text[start]) ? start - 1 : start;
    }
}
