import LedgerCrypto
import Testing
