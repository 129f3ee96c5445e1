/// `verify.py`, linked into the program: Python that checks an evidence pack offline and shares no code with this project.
public enum VerifierScript {
    public static let bytes = PackageResources.verify_py
}
