namespace Sparse.Formats.Vectors;

/// <summary>Files beside a target that hold what can't be written yet; they go when they are closed.</summary>
internal static class SpillFile
{
    /// <summary>Makes one.</summary>
    /// <param name="target">The file that is being written.</param>
    /// <param name="part">What it holds.</param>
    internal static FileStream Create(string target, string part) =>
        new($"{target}.{part}.tmp", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 18, FileOptions.DeleteOnClose);
}
