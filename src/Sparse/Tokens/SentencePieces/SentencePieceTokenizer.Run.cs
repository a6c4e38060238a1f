using System.Text;
using Sparse.Tokens.BytePairs;

namespace Sparse.Tokens.SentencePieces;

/// <content>The state of one call of Encode.</content>
internal sealed partial class SentencePieceTokenizer
{
    private ref struct Run
    {
        private readonly SentencePieceTokenizer _tokenizer;
        private readonly SentencePieceSettings _settings;
        private TokenBuffer _tokens;

        // What is normalised and not yet segmented: one word, or all of the text.
        private char[] _chars = new char[64];
        private int[] _starts = new int[64];
        private int[] _ends = new int[64];
        private int _length;

        private bool _needsBlank;
        private bool _isAfterBlank;
        private (int Start, int End)? _heldBlank;
        private bool _isAfterUnknown;

        // Unigram: the best way to each place, and its score before the place 0. BPE: the symbols.
        private double _scoreBefore;
        private double[] _scores = [];
        private int[] _ids = [];
        private int[] _from = [];
        private int[] _next = [];
        private MergeWork? _work;

        public Run(SentencePieceTokenizer tokenizer, int limit)
        {
            _tokenizer = tokenizer;
            _settings = tokenizer._settings;
            _tokens = new TokenBuffer(limit);
        }

        public readonly bool IsFull => _tokens.IsFull;

        public readonly void Dispose() => _tokens.Dispose();

        public readonly TokenSequence ToSequence(string text, ReadOnlySpan<int> prefix, ReadOnlySpan<int> suffix) =>
            _tokens.ToSequence(text, prefix, suffix);

        public void AddToken(int id, int start, int end)
        {
            _isAfterUnknown = false;
            if (!IsFull)
            {
                _tokens.Add(id, start, end);
            }
        }

        /// <summary>Normalises and segments text[start, end).</summary>
        public void AddText(string text, int start, int end)
        {
            _needsBlank = _settings.LeadingBlank == LeadingBlank.Always || (_settings.LeadingBlank == LeadingBlank.First && start == 0);
            _isAfterBlank = true;
            _heldBlank = null;
            _isAfterUnknown = false;
            _scoreBefore = 0;
            while (_settings.StripsRight && end > start && char.IsWhiteSpace(text[end - 1]))
            {
                end--;
            }

            Span<char> units = stackalloc char[2];
            for (int i = start; i < end && !IsFull;)
            {
                string replacement = "";
                int taken = _settings.Charsmap?.Match(text.AsSpan(i, end - i), out replacement) ?? 0;
                if (taken > 0)
                {
                    foreach (char c in replacement)
                    {
                        Append(c, i, i + taken);
                    }
                }
                else
                {
                    // An unpaired surrogate is decoded to U+FFFD.
                    Rune.DecodeFromUtf16(text.AsSpan(i, end - i), out Rune rune, out taken);
                    foreach (char c in units[..rune.EncodeToUtf16(units)])
                    {
                        Append(c, i, i + taken);
                    }
                }

                i += taken;
            }

            Segment();
        }

        private void Append(char c, int start, int end)
        {
            bool isBlank = c == ' ';
            if (isBlank && _settings.MergesBlanks)
            {
                // It counts only if text follows.
                if (!_isAfterBlank)
                {
                    _heldBlank = (start, end);
                }

                _isAfterBlank = true;
                return;
            }

            _isAfterBlank = false;
            if (_needsBlank)
            {
                _needsBlank = false;
                if (_settings.DoublesLeadingBlank || !(isBlank || c == Blank))
                {
                    Put(Blank, start, start);
                }
            }

            if (_heldBlank is { } held)
            {
                _heldBlank = null;
                Put(Blank, held.Start, held.End);
            }

            Put(isBlank ? Blank : c, start, end);
        }

        private void Put(char c, int start, int end)
        {
            if (c == Blank && _tokenizer._cutsAtBlanks && _length > 0 && _chars[_length - 1] != Blank)
            {
                Segment();
            }

            if (_length == _chars.Length)
            {
                Array.Resize(ref _chars, _length * 2);
                Array.Resize(ref _starts, _length * 2);
                Array.Resize(ref _ends, _length * 2);
            }

            _chars[_length] = c;
            _starts[_length] = start;
            _ends[_length++] = end;
        }

        private void Segment()
        {
            if (_length > 0 && !IsFull)
            {
                if (_ids.Length <= _length)
                {
                    int size = _chars.Length + 1;
                    (_scores, _ids, _from, _next) = (new double[size], new int[size], new int[size], new int[size]);
                }

                if (_settings.Merges is null)
                {
                    FindBestWay();
                }
                else
                {
                    Merge(_settings.Merges);
                }
            }

            _length = 0;
        }

        // Viterbi: the best way to each place ends in some piece; from left to right each piece that begins at a place is tried there.
        private void FindBestWay()
        {
            PieceTrie pieces = _tokenizer._pieces;
            _from.AsSpan(0, _length + 1).Fill(-1);
            _scores[0] = _scoreBefore;
            for (int place = 0, width; place < _length; place += width)
            {
                width = WidthAt(place);
                bool isKnown = false;
                int node = 0;
                for (int end = place; end < _length && pieces.TryStep(ref node, _chars[end]); end++)
                {
                    int id = pieces.IdAt(node);
                    if (id >= 0)
                    {
                        Offer(place, end + 1, id, _scores[place] + _settings.Scores![id]);
                        isKnown |= end + 1 - place == width;
                    }
                }

                if (!isKnown)
                {
                    Offer(place, place + width, _settings.UnknownId, _scores[place] + _tokenizer._unknownScore);
                }
            }

            _scoreBefore = _settings.SumsInSinglePrecision ? _scores[_length] : 0;

            // Backwards from the end, so that each place on the best way knows the piece that begins there.
            for (int end = _length, id = _ids[end]; end > 0;)
            {
                int start = _from[end];
                int before = _ids[start];
                (_ids[start], _next[start]) = (id, end);
                (end, id) = (start, before);
            }

            for (int place = 0; place < _length && !IsFull; place = _next[place])
            {
                Emit(_ids[place], place, _next[place]);
            }
        }

        private readonly void Offer(int from, int to, int id, double score)
        {
            // SentencePiece compares a sum in double precision with the best before it in single precision.
            if (_from[to] < 0 || score > _scores[to])
            {
                (_from[to], _ids[to], _scores[to]) = (from, id, _settings.SumsInSinglePrecision ? (float)score : score);
            }
        }

        private void Merge(PairMerges merges)
        {
            int count = 0;
            for (int place = 0, width; place < _length; place += width)
            {
                width = WidthAt(place);
                int found = _tokenizer._pieces.Longest(_chars.AsSpan(place, width), out int id);
                _ids[count] = found == width ? id : -1;
                _from[count++] = place;
            }

            _from[count] = _length;
            ReadOnlySpan<int> left = merges.Merge(_ids.AsSpan(0, count), _work ??= new MergeWork());
            for (int i = 0; i < left.Length && !IsFull; i++)
            {
                int id = _ids[left[i]];
                Emit(id < 0 ? _settings.UnknownId : id, _from[left[i]], _from[i + 1 < left.Length ? left[i + 1] : count]);
            }
        }

        private readonly int WidthAt(int place) =>
            place + 1 < _length && char.IsHighSurrogate(_chars[place]) && char.IsLowSurrogate(_chars[place + 1]) ? 2 : 1;

        private void Emit(int id, int from, int to)
        {
            bool isUnknown = id == _settings.UnknownId;
            (int start, int end) = Span(from, to);
            if (isUnknown && _settings.ByteIds is { } bytes)
            {
                Span<byte> utf8 = stackalloc byte[4];
                int count = Encoding.UTF8.GetBytes(_chars.AsSpan(from, to - from), utf8);
                for (int i = 0; i < count && !IsFull; i++)
                {
                    _tokens.Add(bytes[utf8[i]], start, end);
                }
            }
            else if (isUnknown && _isAfterUnknown && _settings.FusesUnknown)
            {
                _tokens.StretchLast(end);
            }
            else
            {
                _tokens.Add(id, start, end);
            }

            _isAfterUnknown = isUnknown;
        }

        // Without the blanks at its ends, unless there is nothing else.
        private readonly (int Start, int End) Span(int from, int to)
        {
            int first = from, last = to - 1;
            while (first < last && IsBlank(_chars[first]))
            {
                first++;
            }

            while (last > first && IsBlank(_chars[last]))
            {
                last--;
            }

            return IsBlank(_chars[first]) ? (_starts[from], _ends[to - 1]) : (_starts[first], _ends[last]);
        }

        private static bool IsBlank(char c) => c == Blank || char.IsWhiteSpace(c);
    }
}
